"""Massive's aggregates: minutes with those before and after hours, days, and their multiples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

import numpy as np

from sandbox.days import TRADES_BLOCK
from sandbox.listings import Listing
from sandbox.market import Market, date_of, share_ratio
from sandbox.massive.times import local_date, midnight_of, milliseconds, of_milliseconds
from sandbox.sessions import days_since_epoch

MINUTES = {"minute": 1, "hour": 60}
DAYS = ("day", "week", "month", "quarter", "year")
WHOLE_SESSION = 100_000
# Minutes with trades outside of regular hours, counted from the open and from the close.
BEFORE_OPEN = (-330, -90, -1)
AFTER_CLOSE = (0, 30, 239)
EXTENDED_SHARES = 100
EXTENDED_TRADES = 3


@dataclass(frozen=True, slots=True)
class Base:
    """A minute or a day as traded: prices in ticks, volume in lots."""

    at: datetime
    open: int
    high: int
    low: int
    close: int
    volume: int
    turnover: int
    trades: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for aggregates; `start` and `end` are both included."""

    multiplier: int
    timespan: str
    start: datetime
    end: datetime
    limit: int
    descending: bool
    adjusted: bool

    @property
    def interval(self) -> str:
        """As an event calls it: 1m, 15m, 1h, 1d."""
        return f"{self.multiplier}{self.timespan[0]}"

    def bucket(self, at: datetime) -> datetime:
        """Where the aggregate begins that a base one falls into, by the clock of New York."""
        day = local_date(at)
        if self.timespan in MINUTES:
            step = timedelta(minutes=MINUTES[self.timespan] * self.multiplier)
            midnight = midnight_of(day)
            return midnight + (at - midnight) // step * step
        if self.timespan == "day":
            number = days_since_epoch(day)
            return midnight_of(date_of(number - number % self.multiplier))
        if self.timespan == "week":
            return midnight_of(day - timedelta(days=(day.weekday() + 1) % 7))
        month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
        return midnight_of(day.replace(month=month[self.timespan], day=1))


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[dict[str, float]]
    base_count: int
    next_bound: datetime | None


def aggregates(market: Market, listing: Listing, asked: Asked, now: datetime) -> Page:
    """What `limit` base aggregates make, and where the next page begins, if there is one."""
    base = [one for one in _base(market, listing, asked, now) if asked.start <= one.at <= asked.end]
    if asked.descending:
        base.reverse()
    taken = base[: asked.limit]
    next_bound = None
    if len(taken) < len(base):
        next_bound = base[len(taken)].at
        # An aggregate is not cut by the end of a page, unless no page could hold it.
        whole = [one for one in taken if asked.bucket(one.at) != asked.bucket(next_bound)]
        if whole:
            next_bound = base[len(whole)].at
        taken = whole or taken
    holes = market.events.lapses.holes(listing, asked.interval, milliseconds(now) // 1000)
    rows = [
        _row(market, listing, bucket, list(group), asked, now)
        for bucket, group in groupby(taken, key=lambda one: asked.bucket(one.at))
    ]
    kept = [
        row
        for row in rows
        if not any(hole.start <= row["t"] // 1000 < hole.until for hole in holes)
    ]
    return Page(kept, len(taken), next_bound)


def _row(
    market: Market,
    listing: Listing,
    bucket: datetime,
    parts: Sequence[Base],
    asked: Asked,
    now: datetime,
) -> dict[str, float]:
    ordered = sorted(parts, key=lambda one: one.at)
    ratio = 1.0
    if asked.adjusted:
        splits = market.events.splits(listing)
        ratio = float(share_ratio(splits, local_date(bucket), local_date(now)))
    unit = float(listing.tick) / ratio

    def price(ticks: float) -> float:
        return round(ticks * unit, 4)

    found = {
        "o": price(ordered[0].open),
        "c": price(ordered[-1].close),
        "h": price(max(one.high for one in ordered)),
        "l": price(min(one.low for one in ordered)),
        "t": milliseconds(bucket),
    }
    if listing.asset_class == "index":
        return found
    volume = sum(one.volume for one in ordered)
    found["v"] = float(volume * listing.lot) * ratio
    if volume:
        found["vw"] = price(sum(one.turnover for one in ordered) / volume)
        found["n"] = sum(one.trades for one in ordered)
    if listing.venue.code == "PNK":
        found["otc"] = True
    return found


def _base(market: Market, listing: Listing, asked: Asked, now: datetime) -> Iterator[Base]:
    days = market.days(listing)
    first = int(np.searchsorted(days.dates, days_since_epoch(local_date(asked.start))))
    last = days_since_epoch(local_date(asked.end))
    for index in range(first, len(days.dates)):
        if int(days.dates[index]) > last or _instant(int(days.opens_at[index]) - 330) >= now:
            return
        if asked.timespan in MINUTES:
            yield from _minutes(market, listing, index, now)
        else:
            yield from _day(market, listing, index, now)


def _day(market: Market, listing: Listing, index: int, now: datetime) -> Iterator[Base]:
    days = market.days(listing)
    at = midnight_of(date_of(int(days.dates[index])))
    if _instant(int(days.closes_at[index])) > now:
        running = market.day_bars(listing, index, WHOLE_SESSION, milliseconds(now) // 1000)
        if len(running):
            yield Base(
                at,
                int(running.open[0]),
                int(running.high[0]),
                int(running.low[0]),
                int(running.close[0]),
                int(running.volume[0]),
                int(running.quote[0]),
                int(running.trades[0]),
            )
        return
    open_, high = int(days.open[index]), int(days.high[index])
    low, close = int(days.low[index]), int(days.close[index])
    volume = int(days.volume[index])
    trades = int(days.trade_blocks[index]) * TRADES_BLOCK
    turnover = volume * (open_ + high + low + close) // 4
    yield Base(at, open_, high, low, close, volume, turnover, trades)


def _minutes(market: Market, listing: Listing, index: int, now: datetime) -> Iterator[Base]:
    """Those with a trade, in regular hours and a few before and after them."""
    days = market.days(listing)
    bars = market.day_bars(listing, index, 1, milliseconds(now) // 1000)
    opens_at, closes_at = int(days.opens_at[index]), int(days.closes_at[index])
    has_extended = listing.asset_class != "index"
    if has_extended:
        yield from _extended(opens_at, BEFORE_OPEN, int(days.open[index]), listing, now)
    for place in range(len(bars)):
        yield Base(
            of_milliseconds(int(bars.opened_at[place]) * 1000),
            int(bars.open[place]),
            int(bars.high[place]),
            int(bars.low[place]),
            int(bars.close[place]),
            int(bars.volume[place]),
            int(bars.quote[place]),
            int(bars.trades[place]),
        )
    if has_extended:
        yield from _extended(closes_at, AFTER_CLOSE, int(days.close[index]), listing, now)


def _extended(
    minute: int, offsets: tuple[int, ...], ticks: int, listing: Listing, now: datetime
) -> Iterator[Base]:
    lots = max(EXTENDED_SHARES // int(listing.lot or 1), 1)
    for offset in offsets:
        at = _instant(minute + offset)
        if at < now:
            yield Base(at, ticks, ticks, ticks, ticks, lots, lots * ticks, EXTENDED_TRADES)


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC).replace(tzinfo=None)
