"""Cuts windows between sessions, into pieces that are answered whole and hold only settled bars."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from extract.fmp.settings import EVENING, LENGTHS, SETTLE, SPANS, USUAL_CALENDAR, ZONE
from warehouse import market_hours

DAY = timedelta(days=1)


def chunks(
    interval: str, start: datetime, end: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Windows in order, each with a session in it, without bars that may still change."""
    return pieces(start, settled_end(interval, start, end, now), SPANS[interval])


def pieces(start: datetime, end: datetime, span: timedelta) -> list[tuple[datetime, datetime]]:
    """Cut in the evening before the first session that lies a span or more after the piece's."""
    found: list[tuple[datetime, datetime]] = []
    at, limit = start, local_day(start) + span
    for session in market_hours.sessions(USUAL_CALENDAR, start, end):
        if session.session_date < limit:
            continue
        cut = evening(session.session_date - DAY)
        if at < cut < end:
            found.append((at, cut))
            at = cut
        limit = session.session_date + span
    if at < end:
        found.append((at, end))
    return found


def settled_end(interval: str, start: datetime, end: datetime, now: datetime) -> datetime:
    """The end of the newest bar that has settled; days end in the evening."""
    limit = now - SETTLE
    if end <= limit:
        return end
    if interval == "1d":
        today = evening(local_day(limit))
        return today if today <= limit else evening(local_day(limit) - DAY)
    length = LENGTHS[interval]
    return min(end, start + (limit - start) // length * length)


def local_day(moment: datetime) -> date:
    """New York's date."""
    return moment.replace(tzinfo=UTC).astimezone(ZONE).date()


def evening(day: date) -> datetime:
    """Between the sessions of that date and of the next, in UTC."""
    return at(day, EVENING)


def at(day: date, hour: time) -> datetime:
    """An hour of New York's date, in UTC."""
    return datetime.combine(day, hour, ZONE).astimezone(UTC).replace(tzinfo=None)
