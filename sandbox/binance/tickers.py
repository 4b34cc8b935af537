"""Binance's present: order book, best prices, last prices, averages and the rolling day."""

from __future__ import annotations

from typing import Any

import numpy as np

from sandbox.binance.figures import (
    first_instant,
    last_instant,
    price_text,
    quantity_text,
    quote_text,
)
from sandbox.binance.tape import Tape, Trades
from sandbox.days import generator
from sandbox.listings import Listing
from sandbox.market import Market

DAY = 86_400
AVERAGE_MINUTES = 5
MINI_DROPS = (
    "priceChange", "priceChangePercent", "weightedAvgPrice", "prevClosePrice", "lastQty",
    "bidPrice", "bidQty", "askPrice", "askQty",
)  # fmt: skip


class Present:
    """One listing at an instant in seconds."""

    def __init__(self, market: Market, listing: Listing, now: int) -> None:
        self._market = market
        self._listing = listing
        self._now = now
        self._tape = Tape(market, listing, now)

    def _last(self) -> Trades:
        return self._tape.by_id(self._tape.newest_id(), 1)

    def last_ticks(self) -> int:
        last = self._last()
        return int(last.price[0]) if len(last) else 0

    def _level_quantities(self, count: int) -> list[int]:
        draw = generator(self._market.seed, "book", self._listing.path, self._now)
        usual = max(self._listing.volume // 100_000, 2)
        return [int(one) for one in 1 + draw.exponential(usual, size=count).astype(np.int64)]

    def depth(self, limit: int) -> dict[str, Any]:
        last = self.last_ticks()
        levels = self._level_quantities(2 * limit)
        bids = [
            [price_text(self._listing, last - place), self._quantity(levels[place])]
            for place in range(min(limit, last - 1))
        ]
        asks = [
            [price_text(self._listing, last + 1 + place), self._quantity(levels[limit + place])]
            for place in range(limit)
        ]
        return {"lastUpdateId": self._tape.newest_id() * 3, "bids": bids, "asks": asks}

    def _quantity(self, lots: int) -> str:
        return quantity_text(self._listing, lots)

    def price(self) -> dict[str, Any]:
        symbol = self._listing.binance_symbol
        return {"symbol": symbol, "price": price_text(self._listing, self.last_ticks())}

    def book(self) -> dict[str, Any]:
        last = self.last_ticks()
        bid, ask = self._level_quantities(2)
        return {
            "symbol": self._listing.binance_symbol,
            "bidPrice": price_text(self._listing, last),
            "bidQty": self._quantity(bid),
            "askPrice": price_text(self._listing, last + 1),
            "askQty": self._quantity(ask),
        }

    def average(self, micro: bool) -> dict[str, Any]:
        start = self._now - AVERAGE_MINUTES * 60
        bars = self._market.bars(self._listing, 1, start - start % 60, self._now, self._now)
        volume = int(bars.volume.sum())
        ticks = int(bars.quote.sum()) // volume if volume else self.last_ticks()
        return {
            "mins": AVERAGE_MINUTES,
            "price": price_text(self._listing, ticks),
            "closeTime": last_instant(self._now * 1000, micro),
        }

    def rolling_day(self, micro: bool, mini: bool) -> dict[str, Any]:
        listing, now = self._listing, self._now
        start = now - DAY
        bars = self._market.bars(listing, 1, start, now, now)
        before = self._market.bars(listing, 1, start - DAY, start - 1, start)
        last = self._last()
        previous = int(before.close[-1]) if len(before) else 0
        traded = len(bars) > 0 and int(bars.trades.sum()) > 0
        opening = int(bars.open[0]) if traded else previous
        closing = int(bars.close[-1]) if traded else previous
        volume, quote = int(bars.volume.sum()), int(bars.quote.sum())
        change = closing - opening
        book = self.book()
        found = {
            "symbol": listing.binance_symbol,
            "priceChange": price_text(listing, change),
            "priceChangePercent": f"{change / opening * 100 if opening else 0:.3f}",
            "weightedAvgPrice": price_text(listing, quote // volume if volume else 0),
            "prevClosePrice": price_text(listing, previous),
            "lastPrice": price_text(listing, closing),
            "lastQty": self._quantity(int(last.quantity[0]) if len(last) else 0),
            "bidPrice": book["bidPrice"],
            "bidQty": book["bidQty"],
            "askPrice": book["askPrice"],
            "askQty": book["askQty"],
            "openPrice": price_text(listing, opening),
            "highPrice": price_text(listing, int(bars.high.max()) if traded else previous),
            "lowPrice": price_text(listing, int(bars.low.min()) if traded else previous),
            "volume": self._quantity(volume),
            "quoteVolume": quote_text(listing, quote),
            "openTime": first_instant(start * 1000, micro),
            "closeTime": first_instant(now * 1000, micro),
            "firstId": int(bars.first_trade[0]) if traded else -1,
            "lastId": self._tape.newest_id() if traded else -1,
            "count": int(bars.trades.sum()) if traded else 0,
        }
        return {name: found[name] for name in found if not (mini and name in MINI_DROPS)}
