"""What was asked before and answered: from the published copy and the manifest's tail."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import duckdb

from extract.landing import Landing
from warehouse import database
from warehouse.folder import DataFolder

COLUMNS = (
    "provider", "endpoint", "instrument_id", "interval",
    "window_start", "window_end", "requested_at", "outcome", "detail",
)  # fmt: skip
ANSWERED = ("ok", "empty")
Key = tuple[str, str, int | None, str | None]


@dataclass(frozen=True)
class Ask:
    start: datetime
    end: datetime
    at: datetime


@dataclass
class Asked:
    """Answered windows by unit, and the last time each unit was answered or found unknown."""

    windows: dict[Key, list[Ask]] = field(default_factory=lambda: defaultdict(list))
    answered_at: dict[Key, datetime] = field(default_factory=dict)
    unknown_at: dict[Key, datetime] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)

    def add(self, row: tuple[Any, ...]) -> None:
        provider, endpoint, instrument_id, interval, start, end, at, outcome, detail = row
        key = (provider, endpoint, instrument_id, interval)
        if outcome in ANSWERED:
            self.answered_at[key] = max(at, self.answered_at.get(key, at))
            if endpoint == "file" and detail:
                self.contents.add(detail)
            if start and end:
                self.windows[key].append(Ask(start, end, at))
        elif outcome in ("unknown_symbol", "delisted"):
            self.unknown_at[key] = max(at, self.unknown_at.get(key, at))

    def uncovered(
        self, key: Key, start: datetime, end: datetime, since: datetime = datetime.min
    ) -> list[tuple[datetime, datetime]]:
        """The parts of [start, end) that no answer given at or after `since` covers."""
        holes, at = [], start
        for ask in sorted(self.windows.get(key, ()), key=lambda ask: ask.start):
            if ask.at < since or ask.end <= at:
                continue
            if ask.start >= end:
                break
            if ask.start > at:
                holes.append((at, ask.start))
            at = max(at, ask.end)
        if at < end:
            holes.append((at, end))
        return holes


def read(folder: DataFolder, landing: Landing, since: datetime) -> Asked:
    """Answers whose file was damaged do not count: what they brought is not held."""
    asked = Asked()
    built_to = _from_copy(folder, asked, since - timedelta(days=1))
    for group in landing.manifest.groups(after=built_to):
        if any(landing.damage(line) for line in group):
            continue
        for line in group:
            if line.table_name == "requests":
                table = landing.read(line).select(COLUMNS)
                for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
                    asked.add(row)
    return asked


def _from_copy(folder: DataFolder, asked: Asked, since: datetime) -> int:
    """Read the published copy; return the last file_seq it knows."""
    if not folder.market.exists():
        return 0
    with database.connect(folder.market.resolve(), read_only=True) as connection:
        rows = connection.execute(
            f"""
            select {", ".join(f"requests.{name}" for name in COLUMNS)}
            from requests
            where requests.outcome in ('ok', 'empty', 'unknown_symbol', 'delisted')
            and coalesce(requests.window_end, requests.requested_at) >= ?
            and not exists (
                select 1
                from landing_files as own
                inner join landing_files as mate on own.group_seq = mate.group_seq
                where own.file_seq = requests.file_seq and mate.state = 'damaged'
            )
            """,
            [since],
        ).fetchall()
        for row in rows:
            asked.add(row)
        return _last_seq(connection)


def _last_seq(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select coalesce(max(file_seq), 0) from landing_files").fetchone()
    return int(row[0]) if row else 0
