"""New York's days and Massive's stamps: milliseconds, nanoseconds and dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.massive import refusals

NEW_YORK = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1)


def local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(NEW_YORK)


def local_date(moment: datetime) -> date:
    return local(moment).date()


def midnight_of(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC).replace(tzinfo=None)


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def of_milliseconds(stamp: int) -> datetime:
    return EPOCH + timedelta(milliseconds=stamp)


def bound(text: str, name: str, is_last: bool) -> datetime:
    """A bound of an aggregate's window: a date of New York, the last one whole, or milliseconds."""
    if text.isdecimal():
        return of_milliseconds(int(text))
    day = _date(text, name)
    if is_last:
        return midnight_of(day + timedelta(days=1)) - timedelta(milliseconds=1)
    return midnight_of(day)


def nanoseconds(text: str, name: str, is_last: bool = False) -> int:
    """A bound of ticks: nanoseconds, or a date of New York."""
    if text.isdecimal():
        return int(text)
    day = _date(text, name)
    return milliseconds(midnight_of(day + timedelta(days=is_last))) * 1_000_000 - is_last


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusals.bad_parameter(name, "date") from None
