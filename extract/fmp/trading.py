"""The sessions in which an asked window must have bars, by the calendar of its symbol."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

from extract import universe
from extract.fmp import windows
from extract.fmp.settings import PUBLISHED, UNDER_WAY, USUAL_CALENDAR
from warehouse import market_hours
from warehouse.folder import DataFolder
from warehouse.market_hours import Session


class Calendars:
    """Which calendar each symbol trades by; one that no instrument has is a New York stock's."""

    def __init__(self, folder: Path) -> None:
        self._names: dict[str, str] = {}
        for one in universe.instruments(DataFolder(folder)):
            past = [row.symbol for row in one.past_at("fmp")]
            for symbol in (one.fmp_symbol, *past):
                if symbol:
                    self._names[symbol] = one.calendar

    def window(self, symbol: str, start: datetime, end: datetime) -> Window:
        return Window(self._names.get(symbol, USUAL_CALENDAR), start, end)


class Window:
    """One asked span of time and the sessions that it touches."""

    def __init__(self, calendar: str, start: datetime, end: datetime) -> None:
        self.calendar = calendar
        self.start = start
        self.end = end
        self.sessions = list(market_hours.sessions(calendar, start, end))

    @property
    def days(self) -> tuple[date, date]:
        """First and last day to ask for, both included: the days of its sessions, if it has any."""
        first, last = self.start, self.end
        if self.sessions:
            first = max(first, self.sessions[0].opens_at)
            last = min(last, self.sessions[-1].closes_at)
        return windows.local_day(first), windows.local_day(last - timedelta.resolution)

    def halves(self) -> list[Window]:
        """Two with about as many days; itself when it has but one: less cannot be asked for."""
        first, last = self.days
        middle = windows.at(first + (last - first + windows.DAY) / 2, time())
        if not self.start < middle < self.end:
            return [self]
        return [
            Window(self.calendar, self.start, middle),
            Window(self.calendar, middle, self.end),
        ]

    def until(self, end: datetime) -> Window:
        return Window(self.calendar, self.start, min(end, self.end))

    def holds(self, opened_at: datetime) -> bool:
        return self.start <= opened_at < self.end

    def is_beside_session(self, opened_at: datetime) -> bool:
        """Before or after the session of its own day: pre-market, post-market, the auction."""
        day = windows.local_day(opened_at)
        near = [one for one in self.sessions if _is_near(one, day)]
        return bool(near) and not any(one.contains(opened_at) for one in near)

    def under_way(self, now: datetime) -> list[Session]:
        """Sessions that have run for long enough that something must have traded."""
        return [one for one in self.sessions if one.opens_at + UNDER_WAY <= now]

    def published(self, now: datetime) -> list[Session]:
        """Sessions whose day must be there by now."""
        return [one for one in self.sessions if one.closes_at + PUBLISHED <= now]


def _is_near(session: Session, day: date) -> bool:
    return day in (windows.local_day(session.opens_at), session.session_date)
