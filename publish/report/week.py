"""The week that a report is of: a calendar week, or any span of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from warehouse.errors import UsageError

WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)
LONGEST = 31


@dataclass(frozen=True)
class Week:
    """Session dates from the first to the last, both counted."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """As the ISO calendar numbers it, where it is one of its weeks."""
        if self == week_of(self.first):
            year, number, _ = self.first.isocalendar()
            return f"{year}-W{number:02}"
        return f"{self.first} to {self.last}"

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days) for days in range((self.last - self.first).days + 1)]

    @property
    def words(self) -> str:
        """From its first to its last day, for people."""
        start = f"{self.first.day} {self.first:%B}"
        if self.first.year != self.last.year:
            start += f" {self.first.year}"
        return f"{start} to {self.last.day} {self.last:%B} {self.last.year}"


def week_of(day: date) -> Week:
    first = day - timedelta(day.weekday())
    return Week(first, first + timedelta(6))


def parsed(text: str) -> Week:
    """`2026-W11` as its Monday to Sunday."""
    found = WEEK.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        return week_of(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError:
        raise UsageError(
            f"not a week: {text!r}", "write 2026-W11, or --from 2026-03-09 --to 2026-03-15"
        ) from None


def between(first: date, last: date) -> Week:
    if last < first:
        raise UsageError(f"{last} lies before {first}", "turn --from and --to around")
    if (last - first).days >= LONGEST:
        raise UsageError(
            f"{first} to {last} is longer than {LONGEST} days", "a report is of a week or so"
        )
    return Week(first, last)
