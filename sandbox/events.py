"""What happens to a listing on known dates, read from `events.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np

from sandbox.listings import Listing
from sandbox.sessions import EPOCH, Sessions, days_since_epoch

HALT_WEEKDAY = 2


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
class Restatement:
    session_date: date
    until: datetime
    close_factor: float
    volume_factor: float


@dataclass(frozen=True, slots=True)
class MonthlyHalt:
    start: time
    until: time
    week: int


@cache
def _rows() -> dict[tuple[str, str], list[dict[str, str]]]:
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    with Path(__file__).with_name("events.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault((row["kind"], row["symbol"]), []).append(row)
    return rows


@cache
def splits_of(listing: Listing) -> tuple[Split, ...]:
    rows = _rows().get(("split", listing.path), [])
    found = []
    for row in rows:
        numerator, denominator = row["value"].split(":")
        on = date.fromisoformat(row["on"])
        found.append(Split(on, int(numerator), int(denominator)))
    return tuple(sorted(found, key=lambda split: split.ex_date))


@cache
def dividend_rules_of(listing: Listing) -> tuple[DividendRule, ...]:
    rules = []
    for row in _rows().get(("dividend", listing.path), []):
        amount, growth, months = row["value"].split(" ")
        rules.append(
            DividendRule(
                date.fromisoformat(row["on"]),
                date.fromisoformat(row["until"]) if row["until"] else None,
                float(amount),
                float(growth),
                tuple(int(month) for month in months.split(";")),
            )
        )
    return tuple(rules)


@cache
def restatements_of(listing: Listing) -> tuple[Restatement, ...]:
    found = []
    for row in _rows().get(("restated", listing.symbol), []):
        close, volume = row["value"].split(" ")
        until = datetime.fromisoformat(row["until"])
        found.append(Restatement(date.fromisoformat(row["on"]), until, float(close), float(volume)))
    return tuple(found)


@cache
def _monthly_halts(listing: Listing) -> tuple[MonthlyHalt, ...]:
    return tuple(
        MonthlyHalt(
            time.fromisoformat(row["on"]), time.fromisoformat(row["until"]), int(row["value"])
        )
        for row in _rows().get(("halt_monthly", listing.symbol), [])
    )


@cache
def _halts(listing: Listing) -> tuple[tuple[datetime, datetime], ...]:
    return tuple(
        (datetime.fromisoformat(row["on"]), datetime.fromisoformat(row["until"]))
        for row in _rows().get(("halt", listing.symbol), [])
    )


def halts_on(listing: Listing, day: int) -> list[tuple[int, int]]:
    """Spans of minutes since 1970 in which nothing trades on a day counted since 1970."""
    spans = [span for span in _halts(listing) if days_since_epoch(span[0].date()) == day]
    on = EPOCH + timedelta(days=day)
    for halt in _monthly_halts(listing):
        if on.weekday() == HALT_WEEKDAY and (on.day - 1) // 7 + 1 == halt.week:
            spans.append((datetime.combine(on, halt.start), datetime.combine(on, halt.until)))
    return [(_minute(start), _minute(until)) for start, until in spans]


def dividend_dates(listing: Listing, sessions: Sessions) -> list[tuple[date, float]]:
    """Ex-dates with the amount in today's shares: the second Tuesday or the session after it."""
    found = []
    for rule in dividend_rules_of(listing):
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


def _minute(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1)).total_seconds()) // 60
