"""Cuts a window into pieces that Yahoo answers in one request each."""

from __future__ import annotations

from datetime import datetime, timedelta

from extract.yahoo.settings import LENGTHS, LIMITS

EPOCH = datetime(1970, 1, 1)


def chunks(
    interval: str, start: datetime, end: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Windows in order, without what is already out of Yahoo's reach."""
    limit = LIMITS[interval]
    if limit.back is not None:
        start = max(start, _on_grid(now - limit.back, LENGTHS[interval]))
    pieces = []
    while start < end:
        stop = end if limit.span is None else min(end, start + limit.span)
        pieces.append((start, stop))
        start = stop
    return pieces


def _on_grid(moment: datetime, length: timedelta) -> datetime:
    """The next grid point, so that no window begins inside a bar."""
    return moment + (EPOCH - moment) % length
