"""Replaying raw rows under today's rules: first on a copy, so that the difference is seen."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from extract import reference
from extract.landing import Landing
from extract.reference import ChangedRule
from flows.remaking.scratch import scratch_folder
from flows.run import Report, Runner, Watcher, clear_words, run
from publish.trace.compare import Differences, compare
from warehouse import database, dbt_runner
from warehouse.errors import BadDataError, TapehouseError
from warehouse.folder import DataFolder
from warehouse.lock import writer
from warehouse.settings import Settings


@dataclass
class Replayed:
    """Which rules changed since they were last landed, and what they make of the same rows."""

    rules: Sequence[ChangedRule]
    differences: Differences
    report: Report | None = None


def replay(
    settings: Settings,
    publish: bool = False,
    watcher: Watcher | None = None,
    wait_seconds: float = 0,
) -> Replayed:
    """Build a copy of the warehouse anew and compare it with what readers have.

    Changes nothing; with `publish`, and if anything differs, the real build and publish follow.
    """
    folder = settings.folder
    if not folder.market.exists():
        raise TapehouseError("nothing is published yet to compare with", "run `tapehouse run`")
    changed = reference.changed_rules(Landing(folder))
    with (
        clear_words(folder.root, "replaying"),
        scratch_folder(folder, wait_seconds) as scratch,
    ):
        _copy(folder, scratch, wait_seconds)
        _build(settings, scratch, watcher or Watcher())
        found = Replayed(changed, compare(folder.market.resolve(), scratch.warehouse))
    if publish and found.differences:
        with writer(folder.root, "quarantine replay", wait_seconds):
            found.report = run(settings, ("build", "publish"), watcher=watcher, prepare=_from_raw)
    return found


def _from_raw(runner: Runner) -> None:
    runner.full_refresh = True


def _copy(folder: DataFolder, scratch: DataFolder, wait_seconds: float) -> None:
    with writer(folder.root, "quarantine replay: copy", wait_seconds):
        database.fold_in_log(folder.warehouse)
        shutil.copyfile(folder.warehouse, scratch.warehouse)


def _build(settings: Settings, scratch: DataFolder, watcher: Watcher) -> None:
    watcher.step_started("replay")
    try:
        with writer(scratch.root, "quarantine replay"):
            dbt_runner.build(
                scratch, settings.profile, full_refresh=True, on_node=lambda _: watcher.moved()
            )
    except BadDataError as error:
        raise BadDataError(
            error.message, "nothing was changed; mend the rule and replay again"
        ) from error
    finally:
        dbt_runner.environment(settings.folder, settings.profile)
