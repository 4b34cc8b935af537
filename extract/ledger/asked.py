"""What was asked before and answered: from the published copy and the manifest's tail."""

from __future__ import annotations

from bisect import bisect_right
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
    "window_start", "window_end", "requested_at", "outcome", "detail", "reason",
)  # fmt: skip
BACKFILL = "backfill"
ANSWERED = ("ok", "empty")
Key = tuple[str, str, int | None, str | None]
Span = tuple[datetime, datetime]


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
    _until: dict[Key, datetime] = field(default_factory=dict)
    _merged: dict[tuple[Key, timedelta | None], list[Span]] = field(default_factory=dict)

    def add(self, row: tuple[Any, ...]) -> None:
        provider, endpoint, instrument_id, interval, start, end, at, outcome, detail, reason = row
        key = (provider, endpoint, instrument_id, interval)
        if outcome in ANSWERED:
            self.answered_at[key] = max(at, self.answered_at.get(key, at))
            if endpoint == "file" and detail:
                self.contents.add(detail)
            if start and end:
                self.windows[key].append(Ask(start, end, at))
                # A backfill may be of any span; only runs are gone on with from where they ended.
                if reason != BACKFILL:
                    self._until[key] = max(end, self._until.get(key, end))
        elif outcome in ("unknown_symbol", "delisted"):
            self.unknown_at[key] = max(at, self.unknown_at.get(key, at))

    def uncovered(
        self, key: Key, start: datetime, end: datetime, settle: timedelta | None = None
    ) -> list[Span]:
        """The parts of [start, end) without an answer; with `settle`, without one so long after."""
        holes, at = [], start
        spans = self._spans(key, settle)
        for low, high in spans[bisect_right(spans, start, key=lambda span: span[1]) :]:
            if low >= end:
                break
            if low > at:
                holes.append((at, low))
            at = max(at, high)
        if at < end:
            holes.append((at, end))
        return holes

    def answered_until(self, key: Key) -> datetime | None:
        """Where the answers to runs end."""
        return self._until.get(key)

    def last_asked(self, key: Key, start: datetime, end: datetime) -> datetime:
        """When the newest answer came that covers the whole of [start, end)."""
        asks = self.windows.get(key, ())
        covering = (one.at for one in asks if one.start <= start and end <= one.end)
        return max(covering, default=datetime.min)

    def _spans(self, key: Key, settle: timedelta | None) -> list[Span]:
        """Answered windows in order, those that touch as one."""
        if (key, settle) not in self._merged:
            asks = self.windows.get(key, ())
            spans = (
                ((one.start, min(one.end, one.at - settle)) for one in asks)
                if settle
                else ((one.start, one.end) for one in asks)
            )
            merged: list[Span] = []
            for start, end in sorted(spans):
                if merged and start <= merged[-1][1]:
                    merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
                elif start < end:
                    merged.append((start, end))
            self._merged[key, settle] = merged
        return self._merged[key, settle]


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
