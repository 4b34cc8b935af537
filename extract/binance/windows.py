"""Cuts a window into what the archive has as files and pages of the API, and reads its times."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal, NamedTuple

from extract.binance.settings import (
    ARCHIVED_AFTER,
    LEAST_ARCHIVED_DAYS,
    LENGTHS,
    MOST_BARS,
)

EPOCH = datetime(1970, 1, 1)
DAY = timedelta(days=1)
SHORTEST_MONTH = timedelta(days=28)

Period = Literal["daily", "monthly"]


class Piece(NamedTuple):
    """A part of a window; without a period it is asked of the API."""

    start: datetime
    end: datetime
    period: Period | None = None


def chunks(
    interval: str, start: datetime, end: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Windows of a month's file, of a run of days' files or of one page; none is out of reach."""
    found: list[tuple[datetime, datetime]] = []
    for period, group in groupby(pieces(interval, start, end, now), key=lambda one: one.period):
        own = list(group)
        low, high = own[0].start, own[-1].end
        if period == "monthly":
            found += [(one.start, one.end) for one in own]
        elif period == "daily" and high - low >= LEAST_ARCHIVED_DAYS:
            found.append((low, high))
        else:
            found += _cut(low, high, LENGTHS[interval] * MOST_BARS)
    return found


def pieces(interval: str, start: datetime, end: datetime, now: datetime) -> list[Piece]:
    """Files of whole months and days where they are out and hold more than a page would."""
    page = LENGTHS[interval] * MOST_BARS
    first, last = _midnight_after(start), _midnight(min(end, _archived_until(now)))
    if last - first < LEAST_ARCHIVED_DAYS or page >= SHORTEST_MONTH:
        return [Piece(start, end)]
    found: list[Piece] = []
    at = start
    while at < end:
        piece = _next(at, last, end, now, page < DAY) if at >= first else Piece(at, first)
        if found and found[-1].period is None and piece.period is None:
            piece = Piece(found.pop().start, piece.end)
        found.append(piece)
        at = piece.end
    return found


def days(start: datetime, end: datetime, now: datetime) -> list[Piece]:
    """Whole days whose files are out, and what is before and after them."""
    first, last = _midnight_after(start), _midnight(min(end, _archived_until(now)))
    if first >= last:
        return [Piece(start, end)]
    found = [Piece(start, first)] if start < first else []
    while first < last:
        found.append(Piece(first, first + DAY, "daily"))
        first += DAY
    return [*found, Piece(last, end)] if last < end else found


def _next(at: datetime, last: datetime, end: datetime, now: datetime, days_too: bool) -> Piece:
    if at >= last:
        return Piece(at, end)
    following = month_after(at)
    if at.day == 1 and following <= last and now >= monthly_file_out_at(at):
        return Piece(at, following, "monthly")
    return Piece(at, at + DAY, "daily" if days_too else None)


def _cut(start: datetime, end: datetime, span: timedelta) -> list[tuple[datetime, datetime]]:
    found = []
    while start < end:
        stop = min(end, start + span)
        found.append((start, stop))
        start = stop
    return found


def monthly_file_out_at(month: datetime) -> datetime:
    """A month's file comes on the first Monday of the month after."""
    following = month_after(month)
    return following + timedelta(days=-following.weekday() % 7) + ARCHIVED_AFTER


def month_after(month: datetime) -> datetime:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _archived_until(now: datetime) -> datetime:
    """The end of the newest day whose file is out: it comes on the next day."""
    return _midnight(now - ARCHIVED_AFTER)


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _midnight_after(moment: datetime) -> datetime:
    return _midnight(moment + DAY - timedelta(microseconds=1))


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def instant(stamp: int) -> datetime:
    return EPOCH + timedelta(milliseconds=stamp)
