"""Which bars the warehouse must hold, from the sandbox's truth and the calendar alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from extract.universe import SEED, Instrument, read
from sandbox import Exchange, TruthBar
from warehouse import market_hours
from warehouse.settings import PROJECT

LENGTHS = {"1m": 1, "1h": 60}
SLACK = timedelta(days=5)

Key = tuple[str, str, datetime]


def instruments(symbols: Sequence[str]) -> list[Instrument]:
    return [one for one in read(SEED) if one.symbol in symbols]


@lru_cache(maxsize=1)
def coverage() -> list[tuple[str, str, timedelta]]:
    path = PROJECT / "dbt_project" / "seeds" / "coverage.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [
            (row["coverage_group"], row["interval"], timedelta(days=int(row["back_days"])))
            for row in csv.DictReader(file)
        ]


def closed_bars(
    exchange: Exchange, symbols: Sequence[str], now: datetime, slack: timedelta = timedelta()
) -> dict[Key, TruthBar]:
    """Every bar that has closed and lies inside coverage, which slack reaches back beyond."""
    found: dict[Key, TruthBar] = {}
    for one in instruments(symbols):
        for group, interval, back in coverage():
            if one.in_group(group):
                since = now - back - slack
                for bar in _bars(exchange, one, interval, since, now):
                    found[one.symbol, interval, bar.opened_at] = bar
    return found


def _bars(
    exchange: Exchange, one: Instrument, interval: str, since: datetime, now: datetime
) -> Iterator[TruthBar]:
    sessions = [
        session
        for session in market_hours.sessions(one.calendar, since, now)
        if session.opens_at >= since
    ]
    if not sessions:
        return
    opened, ends = sessions[0].opens_at, {s.opens_at: s.closes_at for s in sessions}
    starts, at = sorted(ends), 0
    for bar in exchange.truth.bars(one.symbol, interval, opened, now, now):
        while at + 1 < len(starts) and starts[at + 1] <= bar.opened_at:
            at += 1
        closes_at = ends[starts[at]]
        if interval != "1d":
            closes_at = min(closes_at, bar.opened_at + timedelta(minutes=LENGTHS[interval]))
        if bar.opened_at < ends[starts[at]] and closes_at <= now:
            yield bar
