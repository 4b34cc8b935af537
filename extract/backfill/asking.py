"""What a person asks a backfill for: symbols or groups, an interval, a span, and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from extract.ledger.windows import INTERVALS
from extract.plan import Choice
from extract.universe import Instrument
from warehouse.errors import UsageError

UNITS = {"minute": "m", "hour": "h", "day": "d"}
MINUTES_OF_AN_HOUR = 60
# Before it no exchange of the universe gives anything.
EARLIEST = date(1900, 1, 1)


@dataclass(frozen=True)
class Asking:
    """`start` and `end` are session dates, both inclusive; without an end, until now."""

    words: tuple[str, ...]
    interval: str
    start: date
    end: date
    sources: tuple[str, ...] = ()

    def instruments(self, every: Sequence[Instrument]) -> list[Instrument]:
        """Each word is a symbol, or else a group, an asset class or `all`."""
        symbols = {one.symbol for one in every}
        found: dict[int, Instrument] = {}
        for word in self.words:
            group = () if word in symbols else [one for one in every if one.in_group(word)]
            for one in group or Choice((word,)).instruments(every):
                found[one.instrument_id] = one
        return list(found.values())


def interval_of(name: str, multiplier: int | None = None) -> str:
    """`5m`, or `minute` with a multiplier of 5. Letters count: `1M` would be a month."""
    told = name if multiplier is None else f"{multiplier} x {name}"
    unit = UNITS.get(name.lower().removesuffix("s"))
    if unit is None:
        found = name if multiplier in (None, 1) else ""
    elif unit == "m" and multiplier and multiplier % MINUTES_OF_AN_HOUR == 0:
        found = f"{multiplier // MINUTES_OF_AN_HOUR}h"
    else:
        found = f"{1 if multiplier is None else multiplier}{unit}"
    if found not in INTERVALS:
        raise UsageError(
            f"no such interval: {told}",
            f"intervals are {', '.join(INTERVALS)}; or minute (--multiplier 1, 5, 15), hour, day",
        )
    return found


def span_of(
    days: int | None, start: date | None, end: date | None, today: date
) -> tuple[date, date]:
    """The first and the last session date of what is asked for."""
    if (days is None) == (start is None):
        raise UsageError("say how far back: --days or --start", "for instance --days 90")
    if days is not None and days < 1:
        raise UsageError("--days must be at least 1")
    last = min(end or today, today)
    if start is None:
        start = last - timedelta(days=min(days or 1, (last - EARLIEST).days))
    if start > today:
        raise UsageError(f"--start {start} is in the future")
    if start > last:
        raise UsageError(f"--start {start} is after --end {last}")
    if start < EARLIEST:
        raise UsageError(f"--start {start}: nothing is older than {EARLIEST}")
    return start, last
