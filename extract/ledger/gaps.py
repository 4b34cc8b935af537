"""Bars that the published ledger calls for again: gaps, and versions in dispute."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from extract.ledger.asked import Asked, Key, Span
from warehouse import database
from warehouse.folder import DataFolder

ASK_AGAIN = timedelta(minutes=30)
MOST_PIECES = 8

# What each needs to be there, for a copy that an older release published has neither.
QUERIES = {
    ("bar_gaps", "state"): """
        select instrument_id, interval, session_date, 'gap', null, opened_at, closed_at,
            coalesce(last_seen_at, '0001-01-01'), coalesce(next_try_at, '0001-01-01')
        from bar_gaps
        where state in ('open', 'retrying')
    """,
    ("bar_versions", "conflict_since"): """
        select
            instrument_id, interval, session_date, 'conflict', provider,
            opened_at, closed_at, null, null
        from bar_versions
        where conflict_since is not null
    """,
}


@dataclass(frozen=True)
class Wanted:
    """One bar to ask for again; of a conflict the ledger does not say when."""

    reason: str
    # Whose reading is in dispute; a gap is anybody's.
    provider: str | None
    opened_at: datetime
    closed_at: datetime
    last_seen_at: datetime | None
    next_try_at: datetime | None

    def is_due(self, asked: Asked, key: Key, now: datetime) -> bool:
        """An answer that the ledger has not seen yet may have brought the bar: wait for it."""
        last = asked.last_asked(key, self.opened_at, self.closed_at)
        if self.last_seen_at is None or self.next_try_at is None:
            return last == datetime.min or now >= last + ASK_AGAIN
        return last <= self.last_seen_at and now >= self.next_try_at


Sessions = dict[date, list[Wanted]]


def read(folder: DataFolder) -> dict[tuple[int, str], Sessions]:
    """All that the published copy calls for, by instrument, interval and session."""
    found: dict[tuple[int, str], Sessions] = defaultdict(lambda: defaultdict(list))
    if folder.market.exists():
        with database.connect(folder.market.resolve(), read_only=True) as connection:
            for (table, column), query in QUERIES.items():
                if _has(connection, table, column):
                    for instrument_id, interval, day, *bar in connection.execute(query).fetchall():
                        found[instrument_id, interval][day].append(Wanted(*bar))
    return found


def concerning(wanted: Sessions, provider: str, checks: bool) -> Sessions:
    """What to ask of this one: gaps of who serves the bars, disputes of whose readings they are."""
    found = {
        day: [bar for bar in bars if bar.provider == provider or not (checks or bar.provider)]
        for day, bars in wanted.items()
    }
    return {day: bars for day, bars in found.items() if bars}


def pieces(bars: Sequence[Wanted], asked_anyway: Iterable[Span]) -> list[tuple[Span, str]]:
    """Neighbours become one window; a session in too many pieces becomes one as well."""
    windows = list(asked_anyway)
    joined: list[tuple[Span, str]] = []
    for bar in sorted(bars, key=lambda bar: bar.opened_at):
        if any(start <= bar.opened_at and bar.closed_at <= end for start, end in windows):
            continue
        if joined and joined[-1][0][1] == bar.opened_at and joined[-1][1] == bar.reason:
            joined[-1] = ((joined[-1][0][0], bar.closed_at), bar.reason)
        else:
            joined.append(((bar.opened_at, bar.closed_at), bar.reason))
    if len(joined) > MOST_PIECES:
        return [((joined[0][0][0], joined[-1][0][1]), joined[0][1])]
    return joined


def _has(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    row = connection.execute(
        "select count(*) from information_schema.columns "
        "where table_schema = 'main' and table_name = ? and column_name = ?",
        [table, column],
    ).fetchone()
    return bool(row and row[0])
