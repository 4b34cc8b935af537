"""The machine: its clock, its disk, and who may read the files that hold secrets."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import requests

from flows.doctor.findings import Found, Patient
from warehouse import clock, settings
from warehouse.settings import PROJECT, Settings

WARN_SECONDS, BAD_SECONDS = 5.0, 300.0
# The header has whole seconds, and the answer was on its way.
EXACTNESS = 2.0
ASKED = 3
LEAST_INODES = 10_000


def clock_is_right(patient: Patient) -> Iterator[Found]:
    """Against the Date of whoever answers first; nobody's answer is nobody's fault."""
    found = patient.settings
    if found is None or not patient.asks_others:
        yield Found("clock", "not checked", "nobody was asked")
        return
    for address in _addresses(found)[:ASKED]:
        if (served_at := _date_of(address)) is None:
            continue
        off = abs((clock.system_now() - served_at).total_seconds())
        off = max(0.0, off - EXACTNESS)
        said = f"{off:,.0f} s off the clock of {_host(address)}"
        mend = "set the machine's clock by a time server (timedatectl set-ntp true)"
        if off > BAD_SECONDS:
            yield Found("clock", "bad", f"{said}: bars and budgets go wrong", mend)
        elif off > WARN_SECONDS:
            yield Found("clock", "warn", said, mend)
        else:
            yield Found("clock", "ok", said)
        return
    yield Found("clock", "not checked", "no provider answered; this machine may be offline")


def _addresses(found: Settings) -> list[str]:
    """Where a date can be asked for: the exchange of a sandbox, else the providers."""
    if found.folder.origin == "sandbox":
        return [found.sandbox.url] if found.sandbox.url else []
    names = [name for name in type(found.providers).model_fields if found.provider(name).enabled]
    return [address for name in names if (address := found.provider(name).base_url)]


def _date_of(address: str) -> datetime | None:
    try:
        answer = requests.head(address, timeout=3, allow_redirects=False)
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC).replace(tzinfo=None)
    except (requests.RequestException, KeyError, ValueError, TypeError):
        return None


def _host(address: str) -> str:
    return address.partition("://")[2].partition("/")[0]


def disk_has_room(patient: Patient) -> Iterator[Found]:
    place = patient.settings.folder.root if patient.settings else PROJECT
    while not place.exists():
        place = place.parent
    free_mb = shutil.disk_usage(place).free // (1024 * 1024)
    least = patient.alerts.rules.disk_low.free_mb
    state = Found("disk", "ok", f"{free_mb:,} MB free at {place}")
    if free_mb < least:
        mend = "free some space: `tapehouse compact`, `tapehouse retention`, old exports"
        state = Found("disk", "bad", f"{free_mb:,} MB free at {place}, less than {least:,}", mend)
    yield state
    if hasattr(os, "statvfs"):
        about = os.statvfs(place)
        if about.f_files and about.f_favail < LEAST_INODES:
            said = f"room for only {about.f_favail:,} more files at {place}"
            yield Found("inodes", "bad", said, "remove small files there; `tapehouse compact`")
        else:
            yield Found("inodes", "ok", f"room for {about.f_favail:,} more files")


def secrets_are_private(patient: Patient) -> Iterator[Found]:
    """`.env`, and a settings file in which the address of a webhook stands."""
    if os.name != "posix":
        yield Found("file modes", "not checked", "this system has none")
        return
    files = [PROJECT / ".env"]
    if patient.settings and _holds_address(patient.settings, settings.config_file()):
        files.append(settings.config_file())
    for path in files:
        if not path.exists():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            said = f"{path} can be read by others (mode {mode:o})"
            yield Found("file modes", "warn", said, f"chmod 600 {path}")
        else:
            yield Found("file modes", "ok", f"{path.name} is its owner's alone")


def _holds_address(found: Settings, path: Path) -> bool:
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    hooks = (found.alerts.webhook, found.alerts.slack)
    return any(hook.is_set and hook.url.get_secret_value() in text for hook in hooks)
