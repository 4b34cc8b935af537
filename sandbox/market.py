"""The market: bars of every listing and interval, all of them sums of the same minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache

import numpy as np

from sandbox.days import TRADES_BLOCK, Days, draw_days, factor_returns
from sandbox.events import Events, Split
from sandbox.listings import Listing
from sandbox.minutes import QUARTERS, Minutes, draw_minutes, first_trade_id
from sandbox.sessions import EPOCH, Floats, Ints, days_since_epoch, sessions_of

DAY = 1440


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """Bars as traded: openings in seconds since 1970, prices in ticks, volumes in lots."""

    opened_at: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints
    quote: Ints
    taker_volume: Ints
    taker_quote: Ints
    trades: Ints
    first_trade: Ints

    def __len__(self) -> int:
        return len(self.opened_at)

    def between(self, start: int, end: int) -> Bars:
        first = int(np.searchsorted(self.opened_at, start, side="left"))
        last = int(np.searchsorted(self.opened_at, end, side="right"))
        return Bars(*(getattr(self, name)[first:last] for name in FIELDS))


FIELDS = tuple(Bars.__dataclass_fields__)


class Market:
    """A pure function of its seed and events; what it remembers only saves time."""

    def __init__(self, seed: int, events: Events | None = None) -> None:
        self.seed = seed
        self.events = events or Events()
        self._factors = lru_cache(maxsize=None)(self._draw_factor)
        self.days = lru_cache(maxsize=None)(self._draw_days)
        self.minutes = lru_cache(maxsize=600)(self._draw_minutes)
        self._whole_days = lru_cache(maxsize=40_000)(self._fold_whole_day)
        self.dividends = lru_cache(maxsize=None)(self._dividends)

    def _draw_factor(self, factor: str) -> tuple[Floats, Floats]:
        return factor_returns(self.seed, factor)

    def _draw_days(self, listing: Listing) -> Days:
        factors = self._factors("market"), self._factors(listing.factor)
        return draw_days(self.seed, listing, self.events, *factors)

    def _draw_minutes(self, listing: Listing, index: int) -> Minutes:
        return draw_minutes(self.seed, listing, self.events, self.days(listing), index)

    def _fold_whole_day(self, listing: Listing, index: int, interval: int) -> Bars:
        session_open = int(self.days(listing).opens_at[index])
        return fold(self.minutes(listing, index), session_open, interval)

    def _dividends(self, listing: Listing) -> tuple[tuple[date, float], ...]:
        """Ex-dates with the amount per share as traded on that date."""
        paid = []
        for ex_date, amount in self.events.dividends(listing, sessions_of(listing)):
            later = share_ratio(self.events.splits(listing), ex_date, date.max)
            paid.append((ex_date, round(amount * float(later), 4)))
        return tuple(paid)

    def bars(self, listing: Listing, interval: int, start: int, end: int, now: int) -> Bars:
        """Bars of so many minutes opened from start to end, both included, as far as they had gone
        at `now`; all four are in seconds."""
        days = self.days(listing)
        first = int(np.searchsorted(days.closes_at, start // 60, side="right"))
        parts = []
        for index in range(first, len(days.dates)):
            opens_at = int(days.opens_at[index]) * 60
            if opens_at > end or opens_at >= now:
                break
            parts.append(self.day_bars(listing, index, interval, now))
        if not parts:
            return EMPTY
        joined = Bars(*(np.concatenate([getattr(part, name) for part in parts]) for name in FIELDS))
        return joined.between(start, end)

    def day_bars(self, listing: Listing, index: int, interval: int, now: int) -> Bars:
        days = self.days(listing)
        if int(days.closes_at[index]) * 60 <= now:
            return self._whole_days(listing, index, interval)
        minutes = self.minutes(listing, index).until(now)
        return fold(minutes, int(days.opens_at[index]), interval)

    def slots(self, listing: Listing, interval: int, start: int, end: int, now: int) -> Ints:
        """Every opening that the sessions offer, traded or not, in seconds."""
        days = self.days(listing)
        first = int(np.searchsorted(days.closes_at, start // 60, side="right"))
        parts = []
        for index in range(first, len(days.dates)):
            opens_at = int(days.opens_at[index])
            if opens_at * 60 > end or opens_at * 60 >= now:
                break
            minutes = sessions_of(listing).minutes(days.first + index)
            parts.append(np.unique((minutes - opens_at) // interval) * interval + opens_at)
        if not parts:
            return np.empty(0, dtype=np.int64)
        slots: Ints = np.concatenate(parts) * 60
        return slots[(slots >= start) & (slots <= end) & (slots < now)]

    def session_index(self, listing: Listing, now: int) -> int:
        """The last session in which something had traded by `now`, -1 when there is none."""
        days = self.days(listing)
        index = int(np.searchsorted(days.opens_at * 60, now, side="left")) - 1
        if index >= 0 and int(days.closes_at[index]) * 60 > now:
            index -= len(self.minutes(listing, index).until(now).starts) == 0
        return index


def fold(minutes: Minutes, session_open: int, interval: int) -> Bars:
    """Sums minutes into bars that count from the session's opening."""
    if len(minutes.starts) == 0:
        return EMPTY
    slot = (minutes.starts - session_open) // interval
    heads = np.flatnonzero(np.diff(slot, prepend=slot[0] - 1))
    tails = np.append(heads[1:], len(slot)) - 1
    trades = minutes.blocks * TRADES_BLOCK
    if minutes.last_quarters < QUARTERS:
        trades = trades.copy()
        trades[-1] = trades[-1] * minutes.last_quarters // QUARTERS

    prices, volumes, takers = (
        part.ravel() for part in (minutes.prices, minutes.volumes, minutes.takers)
    )
    quarter_heads = heads * QUARTERS

    def summed(values: Ints) -> Ints:
        return np.add.reduceat(values, quarter_heads)

    return Bars(
        (slot[heads] * interval + session_open) * 60,
        minutes.prices[heads, 0],
        np.maximum.reduceat(prices, quarter_heads),
        np.minimum.reduceat(prices, quarter_heads),
        minutes.prices[tails, -1],
        summed(volumes),
        summed(prices * volumes),
        summed(takers),
        summed(prices * takers),
        np.add.reduceat(trades, heads),
        first_trade_id(minutes)[heads],
    )


def share_ratio(splits: tuple[Split, ...], after: date, until: date) -> Fraction:
    """How many shares one share held on `after` had become by `until`."""
    ratio = Fraction(1)
    for split in splits:
        if after < split.ex_date <= until:
            ratio *= split.ratio
    return ratio


def share_ratios(splits: tuple[Split, ...], dates: Ints, until: date) -> Floats:
    """`share_ratio` for many dates counted in days since 1970."""
    ratios = np.ones(len(dates))
    for split in splits:
        if split.ex_date <= until:
            earlier = dates < days_since_epoch(split.ex_date)
            ratios = np.where(earlier, ratios * float(split.ratio), ratios)
    return ratios


def date_of(day: int) -> date:
    return EPOCH + timedelta(days=day)


EMPTY = Bars(*(np.empty(0, dtype=np.int64) for _ in FIELDS))


@lru_cache(maxsize=2)
def everyday_market(seed: int) -> Market:
    """The market without further events; exchanges of one process remember together."""
    return Market(seed)
