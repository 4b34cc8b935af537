"""Trading sessions from 2000 to 2035 as plain arrays, from exchange_calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import exchange_calendars
import numpy as np
import numpy.typing as npt
import pandas as pd

from sandbox.listings import FIRST_DATE, LAST_DATE, Listing

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
DAY_MINUTES = 1440


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """One element per session: its date in days, its hours in minutes, since 1970 in UTC."""

    dates: Ints
    opens: Ints
    closes: Ints
    break_starts: Ints
    break_ends: Ints

    def minutes(self, index: int) -> Ints:
        open_, close = int(self.opens[index]), int(self.closes[index])
        whole = np.arange(open_, close, dtype=np.int64)
        start, end = int(self.break_starts[index]), int(self.break_ends[index])
        return whole if start < 0 else whole[(whole < start) | (whole >= end)]


def days_since_epoch(day: date) -> int:
    return (day - EPOCH).days


def sessions_of(listing: Listing) -> Sessions:
    return _sessions(listing.calendar, listing.venue.zone if listing.calendar == "24/5" else "UTC")


@lru_cache
def _sessions(calendar: str, zone: str) -> Sessions:
    if calendar == "24/7":
        dates = np.arange(
            days_since_epoch(FIRST_DATE), days_since_epoch(LAST_DATE) + 1, dtype=np.int64
        )
        none = np.full(len(dates), -1, dtype=np.int64)
        opens = dates * DAY_MINUTES
        return Sessions(dates, opens, opens + DAY_MINUTES, none, none)
    schedule = exchange_calendars.get_calendar(
        calendar, start=FIRST_DATE.isoformat(), end=LAST_DATE.isoformat()
    ).schedule
    labels = pd.DatetimeIndex(schedule.index)
    dates = (labels.to_numpy().astype("datetime64[D]")).astype(np.int64)
    if calendar == "24/5":
        # A currency day runs from midnight to midnight where the rate is quoted, not in UTC.
        local = labels.tz_localize(None).tz_localize(zone)
        next_day = (labels.tz_localize(None) + pd.Timedelta(days=1)).tz_localize(zone)
        none = np.full(len(dates), -1, dtype=np.int64)
        return Sessions(dates, _minutes(local), _minutes(next_day), none, none)
    return Sessions(
        dates,
        _minutes(schedule["open"]),
        _minutes(schedule["close"]),
        _minutes(schedule["break_start"]),
        _minutes(schedule["break_end"]),
    )


def _minutes(stamps: Any) -> Ints:
    index = pd.DatetimeIndex(stamps)
    if index.tz is not None:
        index = index.tz_convert("UTC").tz_localize(None)
    minutes = index.to_numpy().astype("datetime64[m]").astype(np.int64)
    return np.where(index.isna(), -1, minutes).astype(np.int64)
