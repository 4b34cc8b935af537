"""When markets are open, from the exchange_calendars library."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from warehouse import clock
from warehouse.errors import UsageError

ALWAYS_OPEN = "24/7"
TIMEZONES = {
    "XNYS": "America/New_York",
    "XNAS": "America/New_York",
    "XLON": "Europe/London",
    "XETR": "Europe/Berlin",
    "XTKS": "Asia/Tokyo",
    "XHKG": "Asia/Hong_Kong",
    "CMES": "America/New_York",
    ALWAYS_OPEN: "UTC",
}
CALENDARS = tuple(TIMEZONES)
# The library knows no sessions before.
FIRST_YEARS = {"XTKS": 1997, "XHKG": 1960}
MARKETS = {
    "us": "XNYS",
    "nyse": "XNYS",
    "nasdaq": "XNAS",
    "london": "XLON",
    "frankfurt": "XETR",
    "tokyo": "XTKS",
    "hongkong": "XHKG",
    "futures": "CMES",
    "crypto": ALWAYS_OPEN,
}
# Calendars that go along with a market, for they have no schedule of their own.
GOES_ALONG = {"us": ("XNAS", "CMES")}


@dataclass(frozen=True)
class Session:
    """One trading day of one calendar; `closes_at` is exclusive, all instants naive UTC."""

    calendar: str
    session_date: date
    opens_at: datetime
    closes_at: datetime
    break_starts_at: datetime | None
    break_ends_at: datetime | None
    is_early_close: bool

    def contains(self, instant: datetime) -> bool:
        if not self.opens_at <= instant < self.closes_at:
            return False
        if self.break_starts_at and self.break_ends_at:
            return not self.break_starts_at <= instant < self.break_ends_at
        return True


def calendar_of(market: str) -> str:
    """Accept a market's plain name (`us`) or a calendar's (`XNYS`)."""
    if market.upper() in CALENDARS:
        return market.upper()
    try:
        return MARKETS[market.lower()]
    except KeyError:
        names = ", ".join([*MARKETS, *CALENDARS])
        raise UsageError(f"unknown market {market!r}", f"choose one of: {names}") from None


def calendars_of(market: str) -> tuple[str, ...]:
    """Whose instruments a market's run asks for; the first calendar says when it is open."""
    return (calendar_of(market), *GOES_ALONG.get(market.lower(), ()))


@lru_cache(maxsize=64)
def _between_years(name: str, first_year: int, last_year: int) -> tuple[Session, ...]:
    """Asking the library is slow, so whole years are worked out once and remembered."""
    import exchange_calendars
    import pandas as pd

    first_year = max(first_year, FIRST_YEARS.get(name, first_year))
    if last_year < first_year:
        return ()
    calendar: Any = exchange_calendars.get_calendar(
        name, start=f"{first_year}-01-01", end=f"{last_year}-12-31"
    )
    early = {stamp.date() for stamp in calendar.early_closes}
    schedule = calendar.schedule
    instants = {
        column: [
            None if pd.isna(stamp) else stamp.to_pydatetime().replace(tzinfo=None)
            for stamp in schedule[column]
        ]
        for column in ("open", "close", "break_start", "break_end")
    }
    return tuple(
        Session(name, day.date(), opens_at, closes_at, pause, resume, day.date() in early)
        for day, opens_at, closes_at, pause, resume in zip(
            schedule.index, *instants.values(), strict=True
        )
    )


def sessions(calendar: str, start: datetime, end: datetime) -> Iterator[Session]:
    """Sessions that touch [start, end), oldest first."""
    first_year = (start - timedelta(days=7)).year // 4 * 4
    every = _between_years(calendar, first_year, (end + timedelta(days=7)).year)
    at = bisect_right(every, start, key=lambda session: session.closes_at)
    for session in every[at:]:
        if session.opens_at >= end:
            return
        yield session


def sessions_of_years(calendar: str, first_year: int, last_year: int) -> tuple[Session, ...]:
    return _between_years(calendar, first_year, last_year)


def current(calendar: str, at: datetime | None = None) -> Session | None:
    """The session that holds the instant, or None when the market is shut."""
    instant = at or clock.now()
    for session in sessions(calendar, instant, instant + timedelta(microseconds=1)):
        if session.contains(instant):
            return session
    return None


def upcoming(calendar: str, at: datetime | None = None) -> Session:
    """The next session to open."""
    instant = at or clock.now()
    for session in sessions(calendar, instant, instant + timedelta(days=30)):
        if session.opens_at > instant:
            return session
    raise UsageError(f"calendar {calendar} has no session within 30 days of {instant}")


def open_time(calendar: str, start: datetime, end: datetime) -> timedelta:
    """How long the venue was open between two instants."""
    open_for = timedelta()
    for session in sessions(calendar, start, end):
        pause, resume = session.break_starts_at, session.break_ends_at
        parts = [(session.opens_at, session.closes_at)]
        if pause and resume:
            parts = [(session.opens_at, pause), (resume, session.closes_at)]
        for opens_at, closes_at in parts:
            open_for += max(min(closes_at, end) - max(opens_at, start), timedelta())
    return open_for


def library_version() -> str:
    from importlib.metadata import version

    return version("exchange_calendars")
