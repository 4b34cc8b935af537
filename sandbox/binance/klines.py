"""Binance's klines: every interval from a second to a month, the running one last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from sandbox.binance.figures import (
    first_instant,
    last_instant,
    price_text,
    quantity_text,
    quote_text,
)
from sandbox.binance.tape import Tape
from sandbox.listings import Listing
from sandbox.market import EMPTY, FIELDS, Bars, Market, date_of
from sandbox.sessions import Ints, days_since_epoch

MINUTES = {
    "1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60,
    "2h": 120, "4h": 240, "6h": 360, "8h": 480, "12h": 720, "1d": 1440,
}  # fmt: skip
LONG = ("3d", "1w", "1M")
INTERVALS = ("1s", *MINUTES, *LONG)
DAY = 86_400
MONTH_DAYS = 31

Kline = list[Any]


def klines(
    market: Market,
    listing: Listing,
    interval: str,
    start: int | None,
    end: int | None,
    limit: int,
    now: int,
    micro: bool,
) -> list[Kline]:
    """`start` and `end` in milliseconds, `now` in seconds.

    Klines that are kept back for a while do not count towards the limit: a page is full without
    them, as it is on Binance.
    """
    holes = market.events.lapses.holes(listing, interval, now)
    born = int(market.days(listing).opens_at[0]) * 60
    last_open = min(now - 1, now - 1 if end is None else end // 1000)
    first_open = born if start is None else max(born, -(-start // 1000))
    if last_open < first_open:
        return []
    if interval in LONG:
        bars, ends = _long(market, listing, interval, first_open, last_open, now)
    elif interval == "1s":
        bars, ends = _seconds(market, listing, first_open, last_open, limit, start, now)
    else:
        step = MINUTES[interval] * 60
        reach = limit + sum((hole.until - hole.start) // step + 1 for hole in holes)
        if start is None:
            first_open = max(first_open, (last_open // step - reach + 1) * step)
        first_open = -(-first_open // step) * step
        last_open = min(last_open, first_open + (reach - 1) * step)
        bars = market.bars(listing, MINUTES[interval], first_open, last_open, now)
        bars = _filled(market, listing, bars, step, first_open, last_open)
        ends = bars.opened_at + step
    rows = slice(None, limit) if start is not None else slice(-limit, None)
    chosen = [
        place
        for place, opened_at in enumerate(bars.opened_at.tolist())
        if not any(hole.start <= opened_at < hole.until for hole in holes)
    ][rows]
    return [_kline(listing, bars, place, int(ends[place]), micro) for place in chosen]


def _kline(listing: Listing, bars: Bars, place: int, ends_at: int, micro: bool) -> Kline:
    return [
        first_instant(int(bars.opened_at[place]) * 1000, micro),
        price_text(listing, int(bars.open[place])),
        price_text(listing, int(bars.high[place])),
        price_text(listing, int(bars.low[place])),
        price_text(listing, int(bars.close[place])),
        quantity_text(listing, int(bars.volume[place])),
        last_instant(ends_at * 1000, micro),
        quote_text(listing, int(bars.quote[place])),
        int(bars.trades[place]),
        quantity_text(listing, int(bars.taker_volume[place])),
        quote_text(listing, int(bars.taker_quote[place])),
        "0",
    ]


def _filled(market: Market, listing: Listing, bars: Bars, step: int, first: int, last: int) -> Bars:
    """Slots without a trade as flat bars at the last price."""
    slots = np.arange(first, last + 1, step, dtype=np.int64)
    if len(slots) == len(bars):
        return bars
    place = np.searchsorted(bars.opened_at, slots, side="right") - 1
    traded = (place >= 0) & (bars.opened_at[np.maximum(place, 0)] == slots if len(bars) else False)
    before = market.bars(listing, 1, first - DAY, first - 1, first)
    opening = int(before.close[-1]) if len(before) else None
    if opening is None:
        if not len(bars):
            return EMPTY
        opening = int(bars.open[0])
    carried = np.where(place >= 0, bars.close[np.maximum(place, 0)] if len(bars) else 0, opening)

    def column(name: str) -> Ints:
        if name == "opened_at":
            return slots
        flat: Ints = carried if name in ("open", "high", "low", "close") else np.zeros_like(slots)
        values: Ints = getattr(bars, name)
        if not len(values):
            return flat
        return np.where(traded, values[np.maximum(place, 0)], flat)

    return Bars(*(column(name) for name in FIELDS))


def _long(
    market: Market, listing: Listing, interval: str, first: int, last: int, now: int
) -> tuple[Bars, Ints]:
    """Three days counted from 1970, weeks from Monday, calendar months: sums of days."""
    whole_from = first - MONTH_DAYS * DAY
    days = market.bars(listing, MINUTES["1d"], whole_from, now, now)
    openings = np.array(
        [_long_opening(interval, int(stamp) // DAY) for stamp in days.opened_at], dtype=np.int64
    )
    if len(openings) == 0:
        return EMPTY, openings
    heads = np.flatnonzero(np.diff(openings, prepend=openings[0] - 1))
    tails = np.append(heads[1:], len(openings)) - 1
    found = Bars(
        openings[heads] * DAY,
        days.open[heads],
        np.maximum.reduceat(days.high, heads),
        np.minimum.reduceat(days.low, heads),
        days.close[tails],
        np.add.reduceat(days.volume, heads),
        np.add.reduceat(days.quote, heads),
        np.add.reduceat(days.taker_volume, heads),
        np.add.reduceat(days.taker_quote, heads),
        np.add.reduceat(days.trades, heads),
        days.first_trade[heads],
    ).between(first, last)
    ends = [_long_end(interval, int(stamp) // DAY) * DAY for stamp in found.opened_at]
    return found, np.array(ends, dtype=np.int64)


def _long_opening(interval: str, day: int) -> int:
    if interval == "3d":
        return day - day % 3
    if interval == "1w":
        return day - date_of(day).weekday()
    return days_since_epoch(date_of(day).replace(day=1))


def _long_end(interval: str, day: int) -> int:
    if interval in ("3d", "1w"):
        return day + (3 if interval == "3d" else 7)
    next_month: date = (date_of(day) + timedelta(days=32)).replace(day=1)
    return days_since_epoch(next_month)


def _seconds(
    market: Market,
    listing: Listing,
    first: int,
    last: int,
    limit: int,
    start: int | None,
    now: int,
) -> tuple[Bars, Ints]:
    if start is None:
        first = max(first, last - limit + 1)
    last = min(last, first + limit - 1)
    bars = Tape(market, listing, now).second_bars(first, last)
    filled = _filled(market, listing, bars, 1, first, last)
    return filled, filled.opened_at + 1
