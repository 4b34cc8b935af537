"""Windows of sessions: where bars begin, and which neighbours are asked for as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from warehouse.market_hours import Session

INTERVALS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}


@dataclass(frozen=True)
class Due:
    """A part of one session that must be asked for; `position` counts the sessions."""

    position: int
    session: Session
    start: datetime
    end: datetime
    reason: str


def closed_until(session: Session, interval: str, now: datetime) -> datetime:
    """The end of the newest bar that is over; a running bar is never asked for."""
    if now >= session.closes_at:
        return session.closes_at
    return bar_at(session, interval, now)


def bar_at(session: Session, interval: str, instant: datetime) -> datetime:
    """The opening of the bar that an instant falls into."""
    if interval == "1d":
        return session.opens_at
    anchor = session.opens_at
    if session.break_ends_at and instant >= session.break_ends_at:
        anchor = session.break_ends_at
    length = INTERVALS[interval]
    return anchor + (instant - anchor) // length * length


def joined(due: Iterable[Due]) -> Iterator[tuple[datetime, datetime, str]]:
    """Whole sessions next to each other become one window, if what is due of them goes together."""
    first = last = None
    why = ""
    for one in due:
        if (
            first
            and last
            and (both := _together(why, one.reason))
            and one.position == last.position + 1
            and last.end == last.session.closes_at
            and one.start == one.session.opens_at
        ):
            last, why = one, both
            continue
        if first and last:
            yield first.start, last.end, why
        first, last, why = one, one, one.reason
    if first and last:
        yield first.start, last.end, why


def _together(one: str, other: str) -> str | None:
    """A session that has settled costs no call of its own beside one that is missing."""
    if one == other:
        return one
    return "missing" if {one, other} == {"missing", "settle"} else None
