"""The trades behind the minutes: consecutive ids, prices inside the bar, quantities that add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.days import TRADES_BLOCK
from sandbox.listings import Listing
from sandbox.market import EMPTY, Bars, Market
from sandbox.minutes import QUARTERS, Minutes, first_trade_id
from sandbox.sessions import Bools, Ints

MINUTE_MS = 60_000
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class Trades:
    """Oldest first: prices in ticks, quantities in lots, times in milliseconds."""

    id: Ints
    price: Ints
    quantity: Ints
    at: Ints
    buyer_maker: Bools

    def __len__(self) -> int:
        return len(self.id)

    def pick(self, chosen: Bools | slice) -> Trades:
        return Trades(
            self.id[chosen],
            self.price[chosen],
            self.quantity[chosen],
            self.at[chosen],
            self.buyer_maker[chosen],
        )


NOTHING = np.empty(0, dtype=np.int64)
NO_TRADES = Trades(NOTHING, NOTHING, NOTHING, NOTHING, np.empty(0, dtype=np.bool_))


class Tape:
    """One listing's trades up to an instant in seconds."""

    def __init__(self, market: Market, listing: Listing, now: int) -> None:
        self._market = market
        self._listing = listing
        self._now = now
        self._days = market.days(listing)

    def _session(self, index: int) -> Minutes:
        return self._market.minutes(self._listing, index).until(self._now)

    def newest_id(self) -> int:
        index = self._market.session_index(self._listing, self._now)
        while index >= 0:
            minutes = self._session(index)
            if len(minutes.starts):
                place = len(minutes.starts) - 1
                shown = int(minutes.blocks[place]) * TRADES_BLOCK
                shown = shown * minutes.last_quarters // QUARTERS
                return int(first_trade_id(minutes)[place]) + shown - 1
            index -= 1
        return 0

    def by_id(self, first: int, count: int) -> Trades:
        first = max(first, 1)
        last = min(first + count - 1, self.newest_id())
        if last < first:
            return NO_TRADES
        block = (first - 1) // TRADES_BLOCK
        index = int(np.searchsorted(self._days.blocks_before, block, side="right")) - 1
        parts: list[Trades] = []
        while index < len(self._days.dates):
            if int(self._days.blocks_before[index]) * TRADES_BLOCK + 1 > last:
                break
            minutes = self._session(index)
            ids = first_trade_id(minutes)
            chosen = (ids + minutes.blocks * TRADES_BLOCK > first) & (ids <= last)
            parts += [_of_minute(minutes, int(place)) for place in chosen.nonzero()[0]]
            index += 1
        found = _joined(parts)
        return found.pick((found.id >= first) & (found.id <= last))

    def by_time(self, start: int, end: int, limit: int, newest: bool) -> Trades:
        """Trades from start to end in milliseconds, both included; enough of them for the limit."""
        end = min(end, self._now * 1000 - 1)
        days = self._days
        first = max(int(np.searchsorted(days.closes_at * MINUTE_MS, start, side="right")), 0)
        last = int(np.searchsorted(days.opens_at * MINUTE_MS, end, side="right"))
        order = range(first, last)
        parts: list[Trades] = []
        held = 0
        for index in reversed(order) if newest else order:
            minutes = self._session(index)
            begin = minutes.starts * MINUTE_MS
            places = ((begin + MINUTE_MS > start) & (begin <= end)).nonzero()[0]
            for place in places[::-1] if newest else places:
                part = _of_minute(minutes, int(place))
                part = part.pick((part.at >= start) & (part.at <= end))
                parts.append(part)
                held += len(part)
                if held >= limit:
                    break
            if held >= limit:
                break
        found = _joined(parts[::-1] if newest else parts)
        return found.pick(slice(-limit, None) if newest else slice(None, limit))

    def second_bars(self, first: int, last: int) -> Bars:
        trades = self.by_time(first * 1000, last * 1000 + 999, 1 << 40, newest=False)
        seconds = trades.at // 1000
        if len(seconds) == 0:
            return EMPTY
        heads = np.flatnonzero(np.diff(seconds, prepend=seconds[0] - 1))
        tails = np.append(heads[1:], len(seconds)) - 1
        taken = np.where(trades.buyer_maker, 0, trades.quantity)

        def summed(values: Ints) -> Ints:
            return np.add.reduceat(values, heads)

        return Bars(
            seconds[heads],
            trades.price[heads],
            np.maximum.reduceat(trades.price, heads),
            np.minimum.reduceat(trades.price, heads),
            trades.price[tails],
            summed(trades.quantity),
            summed(trades.price * trades.quantity),
            summed(taken),
            summed(trades.price * taken),
            tails - heads + 1,
            trades.id[heads],
        )


def _of_minute(minutes: Minutes, place: int) -> Trades:
    """Each quarter sells first and buys then, at its own price, so the sums are the bar's."""
    half = int(minutes.blocks[place]) * TRADES_BLOCK // QUARTERS // 2
    shown = minutes.last_quarters if place == len(minutes.starts) - 1 else QUARTERS
    count = half * 2 * QUARTERS
    prices = np.repeat(minutes.prices[place], half * 2)
    bought = minutes.takers[place]
    sold = minutes.volumes[place] - bought
    quantities = np.concatenate(
        [_spread(int(part), half) for pair in zip(sold, bought, strict=True) for part in pair]
    )
    order = np.arange(count)
    at = int(minutes.starts[place]) * MINUTE_MS + (2 * order + 1) * MINUTE_MS // (2 * count)
    maker = order // half % 2 == 0
    ids = int(first_trade_id(minutes)[place]) + order
    return Trades(ids, prices, quantities, at, maker).pick(slice(half * 2 * shown))


def _spread(total: int, parts: int) -> Ints:
    edges = total * np.arange(parts + 1, dtype=np.int64) // parts
    return np.diff(edges)


def _joined(parts: list[Trades]) -> Trades:
    if not parts:
        return NO_TRADES
    return Trades(
        np.concatenate([part.id for part in parts]),
        np.concatenate([part.price for part in parts]),
        np.concatenate([part.quantity for part in parts]),
        np.concatenate([part.at for part in parts]),
        np.concatenate([part.buyer_maker for part in parts]),
    )
