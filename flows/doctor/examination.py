"""All that is looked at, one thing after the other; none that breaks ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from flows.doctor import data, machine, programs
from flows.doctor.findings import Found, Look, Patient
from flows.origin import folder_clock
from warehouse import errors, logs, settings
from warehouse.errors import ConfigurationError
from warehouse.provider_settings import KEY_NAMES
from warehouse.settings import Settings


def keys(patient: Patient) -> Iterator[Found]:
    """Which providers have one; never which."""
    assert patient.settings is not None
    own = {name: patient.settings.key(name) is not None for name in KEY_NAMES}
    held = [name for name, there in own.items() if there]
    without = [f"{name} ({KEY_NAMES[name][0]})" for name, there in own.items() if not there]
    yield Found("keys", "ok", f"of {', '.join(held) or 'nobody'}; none of {', '.join(without)}")


LOOKS: tuple[Look, ...] = (
    programs.versions,
    machine.clock_is_right,
    machine.disk_has_room,
    machine.secrets_are_private,
    keys,
    data.lock,
    data.landing,
    data.warehouse,
    data.published,
    data.budgets,
    programs.calendar,
    programs.prefect_server,
)
LOOKS_WITHOUT_SETTINGS: tuple[Look, ...] = (
    programs.versions,
    machine.disk_has_room,
    machine.secrets_are_private,
    programs.prefect_server,
)


def examine(
    config: Path | None = None, asks_others: bool = True, reads_all: bool = False
) -> list[Found]:
    """Settings that are wrong do not keep the rest from being looked at."""
    found: list[Found] = []
    own: Settings | None = None
    try:
        own = settings.load(config)
        found.append(Found("settings", "ok", f"{settings.config_file()} and the environment"))
    except ConfigurationError as error:
        *others, last = error.message.splitlines()
        found += [Found("settings", "bad", line) for line in others]
        found.append(Found("settings", "bad", last, error.next_step))
        found.append(Found("data", "not checked", "the settings say where it is"))
    patient = Patient(own, asks_others, reads_all)
    with folder_clock(own) if own else nullcontext():
        for look in LOOKS if own else LOOKS_WITHOUT_SETTINGS:
            found += _looked(look, patient)
    return found


def _looked(look: Look, patient: Patient) -> list[Found]:
    try:
        return list(look(patient))
    except Exception as error:
        said = f"could not be looked at: {type(error).__name__}: {error}"
        name = look.__name__.replace("_", " ")
        return [Found(name, "bad", logs.redact(said), "see the message; tell us if it is ours")]


def exit_code(found: list[Found]) -> int:
    if any(one.name == "settings" and one.is_finding for one in found):
        return errors.CONFIGURATION
    return errors.NO if any(one.is_finding for one in found) else errors.DONE
