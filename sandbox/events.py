"""What happens on known dates: the rows of `events.csv` and those an exchange was given besides.

These move the market itself; what only a provider's answers get wrong is in `lapses.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sandbox.lapses import EVERYONE, Lapses, naive_utc
from sandbox.listings import Listing
from sandbox.sessions import EPOCH, Sessions, days_since_epoch

HALT_WEEKDAY = 2
COLUMNS = ("kind", "symbol", "on", "until", "value")

Row = Mapping[str, str]
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Split:
    ex_date: date
    numerator: int
    denominator: int

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class DividendRule:
    start: date
    until: date | None
    amount: float
    growth: float
    months: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Jump:
    """A real move that stays: a log return on top of what the day would have brought."""

    on: date
    size: float


@dataclass(frozen=True, slots=True)
class Crash(Jump):
    """A jump of the whole market, given as the S&P 500's; each listing takes its share."""


@dataclass(frozen=True, slots=True)
class Halt:
    start: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class MonthlyHalt:
    start: time
    until: time
    week: int


def _split(row: Row) -> Split:
    numerator, denominator = row["value"].split(":")
    return Split(date.fromisoformat(row["on"]), int(numerator), int(denominator))


def _dividend(row: Row) -> DividendRule:
    amount, growth, months = row["value"].split(" ")
    return DividendRule(
        date.fromisoformat(row["on"]),
        date.fromisoformat(row["until"]) if row["until"] else None,
        float(amount),
        float(growth),
        tuple(int(month) for month in months.split(";")),
    )


def _crash(row: Row) -> Crash:
    if row["symbol"] != EVERYONE:
        raise ValueError("a crash is everyone's: its symbol is *")
    return Crash(date.fromisoformat(row["on"]), float(row["value"]))


READERS: dict[str, Callable[[Row], Any]] = {
    "split": _split,
    "dividend": _dividend,
    "crash": _crash,
    "news": lambda row: Jump(date.fromisoformat(row["on"]), float(row["value"])),
    "halt": lambda row: Halt(naive_utc(row["on"]), naive_utc(row["until"])),
    "halt_monthly": lambda row: MonthlyHalt(
        time.fromisoformat(row["on"]), time.fromisoformat(row["until"]), int(row["value"])
    ),
}


@cache
def _standing_rows() -> tuple[dict[str, str], ...]:
    with Path(__file__).with_name("events.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


class Events:
    """All that happens on one exchange. A company's own events are found by the path of its price,
    which a renamed symbol shares; those of a symbol by any of its names."""

    def __init__(self, more: Iterable[Mapping[str, Any]] = ()) -> None:
        rows = [*_standing_rows(), *map(_as_text, more)]
        self.lapses = Lapses(row for row in rows if row["kind"] not in READERS)
        self._found: dict[tuple[type, str], list[Any]] = {}
        for row in rows:
            if row["kind"] in READERS:
                one = READERS[row["kind"]](row)
                self._found.setdefault((type(one), row["symbol"]), []).append(one)

    def _of(self, kind: type[Found], *names: str) -> list[Found]:
        return [one for name in dict.fromkeys(names) for one in self._found.get((kind, name), ())]

    def splits(self, listing: Listing) -> tuple[Split, ...]:
        return tuple(sorted(self._of(Split, listing.path), key=lambda split: split.ex_date))

    def crashes(self) -> list[Crash]:
        return self._of(Crash, EVERYONE)

    def news(self, listing: Listing) -> list[Jump]:
        return self._of(Jump, listing.path)

    def halts_on(self, listing: Listing, day: int) -> list[tuple[int, int]]:
        """Spans of minutes since 1970 in which nothing trades on a day counted since 1970."""
        on = EPOCH + timedelta(days=day)
        spans = [
            (halt.start, halt.until)
            for halt in self._of(Halt, *listing.names)
            if halt.start.date() == on
        ]
        for halt in self._of(MonthlyHalt, *listing.names):
            if on.weekday() == HALT_WEEKDAY and (on.day - 1) // 7 + 1 == halt.week:
                spans.append((datetime.combine(on, halt.start), datetime.combine(on, halt.until)))
        return [(_minute(start), _minute(until)) for start, until in spans]

    def dividends(self, listing: Listing, sessions: Sessions) -> list[tuple[date, float]]:
        """Ex-dates with the amount in today's shares: the second Tuesday or the next session."""
        found = []
        for rule in self._of(DividendRule, listing.path):
            for year in range(rule.start.year, 2036):
                for month in rule.months:
                    planned = date(year, month, 8)
                    planned += timedelta(days=(1 - planned.weekday()) % 7)
                    index = int(np.searchsorted(sessions.dates, days_since_epoch(planned)))
                    if planned < rule.start or index >= len(sessions.dates):
                        continue
                    if rule.until is not None and planned > rule.until:
                        continue
                    ex_date = EPOCH + timedelta(days=int(sessions.dates[index]))
                    found.append((ex_date, rule.amount * (1 + rule.growth) ** (year - 2026)))
        return sorted(found)


def _as_text(row: Mapping[str, Any]) -> dict[str, str]:
    strange = row.keys() - {*COLUMNS, "note"}
    if strange:
        raise ValueError(f"an event has no {sorted(strange)}; its columns: {COLUMNS}")
    return {name: str(row.get(name) or "") for name in COLUMNS}


def _minute(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1)).total_seconds()) // 60
