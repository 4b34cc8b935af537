"""Cuts a window into pieces of one page each, and turns instants into Binance's milliseconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from extract.binance.settings import LENGTHS, MOST_BARS

EPOCH = datetime(1970, 1, 1)


def chunks(
    interval: str, start: datetime, end: datetime, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Windows of at most one page; Binance keeps all history, so none is left out."""
    span = LENGTHS[interval] * MOST_BARS
    pieces = []
    while start < end:
        stop = min(end, start + span)
        pieces.append((start, stop))
        start = stop
    return pieces


def milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def instant(stamp: int) -> datetime:
    return EPOCH + timedelta(milliseconds=stamp)
