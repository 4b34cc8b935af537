"""Cuts a window into pieces of one page each, and puts stamps where our windows have them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from extract.massive.cells import EPOCH
from extract.massive.settings import CALENDAR, DAY_MARK, MINUTES_SPAN, NEW_YORK, TIMESPANS
from warehouse import market_hours


def chunks(
    interval: str, start: datetime, end: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Windows of one page at most; none for an interval that Massive has not in our sense."""
    if interval not in TIMESPANS:
        return []
    span = end - start if interval == "1d" else MINUTES_SPAN
    pieces = []
    while start < end:
        stop = min(end, start + span)
        pieces.append((start, stop))
        start = stop
    return pieces


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def nanoseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def local_time(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(NEW_YORK)


def local_date(moment: datetime) -> date:
    return local_time(moment).date()


def midnight_of(day: date) -> datetime:
    """The beginning of a day of New York, in UTC."""
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC).replace(tzinfo=None)


def day_mark(stamped_at: datetime) -> datetime:
    """An hour at which the session of a daily stamp is under way, in UTC."""
    day = datetime.combine(local_date(stamped_at), time(), NEW_YORK)
    return (day + DAY_MARK).astimezone(UTC).replace(tzinfo=None)


class Hours:
    """The regular sessions of a window, to tell their minutes from those before and after."""

    def __init__(self, start: datetime, end: datetime) -> None:
        sessions = market_hours.sessions(CALENDAR, start - timedelta(days=1), end)
        self._by_date = {session.session_date: session for session in sessions}

    def hold(self, moment: datetime) -> bool:
        session = self._by_date.get(local_date(moment))
        return session is not None and session.contains(moment)

    def close_of(self, day: date) -> datetime:
        """When the day's bar is whole: its session's close, or the midnight after."""
        session = self._by_date.get(day)
        return session.closes_at if session else midnight_of(day + timedelta(days=1))
