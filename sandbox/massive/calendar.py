"""Massive's market status and the holidays to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import exchange_calendars
import pandas as pd

from sandbox.massive.times import local

CALENDAR = "XNYS"
EXCHANGES = ("NYSE", "NASDAQ")
AHEAD = timedelta(days=365)
PRE_MARKET, POST_MARKET = timedelta(hours=5, minutes=30), timedelta(hours=4)


def status(now: datetime) -> dict[str, Any]:
    today = local(now).date()
    hours = _hours(today.year).get(today)
    market, early, late = "closed", False, False
    if hours:
        opens_at, closes_at, _ = hours
        early = opens_at - PRE_MARKET <= now < opens_at
        late = closes_at <= now < closes_at + POST_MARKET
        if opens_at <= now < closes_at:
            market = "open"
        elif early or late:
            market = "extended-hours"
    weekend = today.weekday() >= 5
    return {
        "market": market,
        "earlyHours": early,
        "afterHours": late,
        "serverTime": local(now).replace(microsecond=0).isoformat(),
        "exchanges": {"nyse": market, "nasdaq": market, "otc": market},
        "currencies": {"fx": "closed" if weekend else "open", "crypto": "open"},
    }


def upcoming(now: datetime) -> list[dict[str, Any]]:
    """A bare list, one row for each exchange."""
    found = []
    today = local(now).date()
    for day in (today + timedelta(days=number) for number in range(AHEAD.days)):
        hours = _hours(day.year).get(day)
        if day.weekday() >= 5 or (hours and not hours[2]):
            continue
        for exchange in EXCHANGES:
            row = {"exchange": exchange, "name": _name(day), "date": day.isoformat()}
            if hours is None:
                found.append({**row, "status": "closed"})
            else:
                opens_at, closes_at, _ = hours
                times = {"open": _zulu(opens_at), "close": _zulu(closes_at)}
                found.append({**row, "status": "early-close", **times})
    return found


@lru_cache
def _hours(year: int) -> dict[date, tuple[datetime, datetime, bool]]:
    """Open, close and whether it closes early, of each session of a year."""
    calendar: Any = exchange_calendars.get_calendar(
        CALENDAR, start=f"{year}-01-01", end=f"{year}-12-31"
    )
    early = {stamp.date() for stamp in calendar.early_closes}
    return {
        day.date(): (_naive(row["open"]), _naive(row["close"]), day.date() in early)
        for day, row in calendar.schedule.iterrows()
    }


@lru_cache
def _name(day: date) -> str:
    calendar: Any = exchange_calendars.get_calendar(CALENDAR)
    stamp = pd.Timestamp(day)
    names = calendar.regular_holidays.holidays(stamp, stamp, return_name=True)
    return str(names.iloc[0]) if len(names) and names.iloc[0] else "Early close"


def _naive(stamp: Any) -> datetime:
    moment: datetime = stamp.tz_convert("UTC").tz_localize(None).to_pydatetime()
    return moment


def _zulu(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.000Z"
