"""What became of each turn, the skipped ones too: why something ran, or did not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from warehouse import clock, errors
from warehouse.folder import DataFolder, write_whole
from warehouse.lock import FileLock
from warehouse.logs import one_line, redact

KEPT = 50
SKIPPED = "Skipped"


@dataclass(frozen=True)
class Entry:
    """One turn; turns next to each other that were skipped for the same reason are one entry."""

    flow: str
    market: str
    at: datetime
    until: datetime
    outcome: str
    message: str
    exit_code: int = errors.DONE
    count: int = 1
    run_id: int | None = None
    session_date: date | None = None

    @property
    def is_done(self) -> bool:
        """Whether its session needs no other turn; what units lack is the nightly repair's."""
        return self.exit_code in (errors.DONE, errors.FAILED_UNITS) and self.outcome != SKIPPED


def add(folder: DataFolder, entry: Entry) -> None:
    """A few kilobytes for each schedule, however often it looks."""
    place = folder.state / "turns"
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / "turns.lock", "noting a turn").held(wait_seconds=10):
        held = of(folder, entry.flow, entry.market)
        if held and _same(held[-1], entry):
            held[-1] = replace(held[-1], until=entry.at, count=held[-1].count + 1)
        else:
            held.append(entry)
        lines = [json.dumps(asdict(one), default=str) for one in held[-KEPT:]]
        write_whole(_file(folder, entry.flow, entry.market), "\n".join(lines) + "\n")


def of(folder: DataFolder, flow: str, market: str) -> list[Entry]:
    """The newest turns of one schedule, oldest first."""
    file = _file(folder, flow, market)
    return list(_read(file.read_text(encoding="utf-8"))) if file.exists() else []


def every(folder: DataFolder) -> list[Entry]:
    """The newest turns of all schedules, oldest first."""
    found = [
        entry
        for file in sorted((folder.state / "turns").glob("*.jsonl"))
        for entry in _read(file.read_text(encoding="utf-8"))
    ]
    return sorted(found, key=lambda entry: entry.until)


def last_done(folder: DataFolder, flow: str, market: str) -> date | None:
    """The newest session that such a turn has dealt with."""
    sessions = [one.session_date for one in of(folder, flow, market) if one.is_done]
    return max((one for one in sessions if one), default=None)


def noted(
    flow: str,
    market: str,
    outcome: str,
    message: str,
    exit_code: int = errors.DONE,
    run_id: int | None = None,
    session_date: date | None = None,
) -> Entry:
    now = clock.system_now().replace(microsecond=0)
    told = one_line(redact(message))
    return Entry(flow, market, now, now, outcome, told, exit_code, 1, run_id, session_date)


def _same(one: Entry, other: Entry) -> bool:
    return one.outcome == other.outcome == SKIPPED and one.message == other.message


def _file(folder: DataFolder, flow: str, market: str) -> Path:
    return folder.state / "turns" / f"{flow}.{market.replace('/', '-')}.jsonl"


def _read(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        try:
            fields = json.loads(line)
            for name in ("at", "until"):
                fields[name] = datetime.fromisoformat(fields[name])
            if fields["session_date"]:
                fields["session_date"] = date.fromisoformat(fields["session_date"])
            yield Entry(**fields)
        except (ValueError, TypeError, KeyError):
            # A line of another release says nothing to this one.
            continue
