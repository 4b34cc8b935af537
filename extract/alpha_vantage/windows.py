"""Cuts windows as Alpha Vantage answers them, and reads the times that it stamps bars with."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from extract.alpha_vantage.settings import (
    DAY_MARK,
    EXTENDED_CLOSES,
    INTERVALS,
    MARKET_CLOSES,
    MARKET_OPENS,
)
from extract.outcomes import FetchFailed, Outcome
from warehouse.provider_settings import ProviderSettings

Window = tuple[datetime, datetime]


def chunks(interval: str, start: datetime, end: datetime, now: datetime) -> list[Window]:
    """One answer has all days; minutes come a month at a time; hours are not asked for."""
    if interval == "1d":
        return [(start, end)] if start < end else []
    return months(start, end) if interval in INTERVALS else []


def is_premium(settings: ProviderSettings) -> bool:
    return getattr(settings, "plan", "free") == "premium"


def months(start: datetime, end: datetime) -> list[Window]:
    """Cut where a month begins; no session of a stock exchange lies across."""
    pieces = []
    while start < end:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        stop = min(end, datetime.combine(following.date(), time()))
        pieces.append((start, stop))
        start = stop
    return pieces


def zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FetchFailed(
            Outcome.MALFORMED, f"no time zone of that name: {name[:40]!r}", final=True
        ) from None


def utc(local: datetime, where: ZoneInfo) -> datetime:
    return local.replace(tzinfo=where).astimezone(UTC).replace(tzinfo=None)


def mark_of(day: date, where: ZoneInfo) -> datetime:
    """The instant by which a day is told to belong to a window."""
    return utc(datetime.combine(day, time()) + DAY_MARK, where)


def midnight(day: date, where: ZoneInfo) -> datetime:
    return utc(datetime.combine(day, time()), where)


def local_day(moment: datetime, where: ZoneInfo) -> date:
    return moment.replace(tzinfo=UTC).astimezone(where).date()


def stamped_at_ends(times: Collection[time]) -> bool:
    """Whether an answer stamps its bars with their ends, as all did until about 2021.

    Of the regular session only ends reach 16:00, and only starts include 09:30; of the extended
    one only ends reach 20:00. Where nothing tells, stamps are starts, as in present data.
    """
    if any(one > MARKET_CLOSES for one in times):
        return EXTENDED_CLOSES in times
    return MARKET_CLOSES in times and MARKET_OPENS not in times
