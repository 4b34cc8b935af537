"""Whether a turn has work at an instant: the exchange's calendar decides, a cron line never."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from warehouse import market_hours
from warehouse.market_hours import Session

# The bars of the last quarter of an hour, and the day's own, can be asked for only after the close.
STAYS_AFTER_CLOSE = timedelta(minutes=30)
# Providers have a day's bar some minutes after the close.
COMES_AFTER_CLOSE = timedelta(minutes=20)
LONGEST_CLOSED = timedelta(days=15)


@dataclass(frozen=True)
class Answer:
    """Work, perhaps for a session of its own; or why there is none."""

    reason: str = ""
    session_date: date | None = None

    @property
    def has_work(self) -> bool:
        return not self.reason


def in_session(market: str, now: datetime) -> Answer:
    """In a session and shortly after its close; not over a lunch that both sides have fetched."""
    opens_at = next_open(market_hours.calendar_of(market), now)
    if opens_at is None:
        return Answer()
    return Answer(f"closed, next open {opens_at:%Y-%m-%d %H:%M} UTC")


def next_open(calendar: str, now: datetime) -> datetime | None:
    """None while there is something to fetch."""
    since = now - STAYS_AFTER_CLOSE
    for session in market_hours.sessions(calendar, since, now + timedelta.resolution):
        pause, resume = session.break_starts_at, session.break_ends_at
        if pause and resume and pause + STAYS_AFTER_CLOSE <= now < resume:
            return resume
        return None
    return market_hours.upcoming(calendar, now).opens_at


def after_close(market: str, now: datetime, done: date | None) -> Answer:
    """Once a session, from twenty minutes after its real close, however late that is."""
    last = last_closed(market_hours.calendar_of(market), now - COMES_AFTER_CLOSE)
    if last.session_date != done:
        return Answer(session_date=last.session_date)
    opens_at = next_open(last.calendar, now)
    told = f"session {last.session_date} is done"
    if opens_at is None:
        return Answer(f"{told}, the next one is not over")
    return Answer(f"closed, {told}, next open {opens_at:%Y-%m-%d %H:%M} UTC")


def last_closed(calendar: str, until: datetime) -> Session:
    every = market_hours.sessions(calendar, until - LONGEST_CLOSED, until)
    return max(
        (one for one in every if one.closes_at <= until), key=lambda session: session.closes_at
    )
