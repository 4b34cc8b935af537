"""What a test compares with: the market's own bars, splits and dividends as exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.events import Split
from sandbox.listings import Listing, listings_named
from sandbox.market import Bars, Market, date_of
from sandbox.sessions import days_since_epoch

INTERVALS = {"1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "90m": 90, "4h": 240}
EPOCH = datetime(1970, 1, 1)
WHOLE_SESSION = 100_000
FOREVER = 1 << 40


@dataclass(frozen=True, slots=True)
class TruthBar:
    """A finished bar as traded; `opened_at` is naive UTC and, for a day, the session's opening."""

    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    session_date: date


class Truth:
    def __init__(self, market: Market) -> None:
        self._market = market

    def listing(self, symbol: str) -> Listing:
        """By the exchange's own symbol, else by Yahoo's or Binance's (the latest holder of it)."""
        known = listings_named(symbol)
        found = [one for one in known if one.symbol == symbol]
        found += [
            one for one in reversed(known) if symbol in (one.yahoo_symbol, one.binance_symbol)
        ]
        if not found:
            raise KeyError(symbol)
        return found[0]

    def bars(
        self,
        symbol: str,
        interval: str,
        start: datetime,
        end: datetime,
        now: datetime | None = None,
    ) -> list[TruthBar]:
        """Bars opened from start up to but not at end, as they stand once finished, or at `now`.

        A slot in which nothing traded has no bar. What only a provider gets wrong (`lapses.py`,
        `mistakes/`) is not the truth and does not show.
        """
        listing = self.listing(symbol)
        first, last = seconds(start), seconds(end) - 1
        until = FOREVER if now is None else seconds(now)
        if interval == "1d":
            return self._days(listing, first, last, until)
        bars = self._market.bars(listing, INTERVALS[interval], first, last, until)
        return [_bar(listing, bars, place, self._market) for place in range(len(bars))]

    def splits(self, symbol: str) -> list[Split]:
        return list(self._market.events.splits(self.listing(symbol)))

    def dividends(self, symbol: str) -> list[tuple[date, Decimal]]:
        """Ex-dates with the amount per share as it was on that date."""
        listing = self.listing(symbol)
        dates = set(self._market.days(listing).dates.tolist())
        return [
            (ex_date, Decimal(str(amount)))
            for ex_date, amount in self._market.dividends(listing)
            if days_since_epoch(ex_date) in dates
        ]

    def _days(self, listing: Listing, first: int, last: int, until: int) -> list[TruthBar]:
        days = self._market.days(listing)
        found = []
        for index in range(int((days.opens_at * 60).searchsorted(first)), len(days.dates)):
            opens_at = int(days.opens_at[index]) * 60
            if opens_at > last or opens_at >= until:
                break
            if int(days.closes_at[index]) * 60 > until:
                running = self._market.day_bars(listing, index, WHOLE_SESSION, until)
                found += [_bar(listing, running, 0, self._market)] if len(running) else []
                continue
            found.append(
                _priced(
                    listing,
                    opens_at,
                    (days.open[index], days.high[index], days.low[index], days.close[index]),
                    int(days.volume[index]),
                    int(days.dates[index]),
                )
            )
        return found


def seconds(at: datetime) -> int:
    return int(at.replace(tzinfo=UTC).timestamp()) if at.tzinfo is None else int(at.timestamp())


def instant(stamp: int) -> datetime:
    return EPOCH + timedelta(seconds=stamp)


def _bar(listing: Listing, bars: Bars, place: int, market: Market) -> TruthBar:
    stamp = int(bars.opened_at[place])
    days = market.days(listing)
    session = int(days.closes_at.searchsorted(stamp // 60, side="right"))
    prices = (bars.open[place], bars.high[place], bars.low[place], bars.close[place])
    return _priced(listing, stamp, prices, int(bars.volume[place]), int(days.dates[session]))


def _priced(
    listing: Listing, stamp: int, prices: tuple[Any, Any, Any, Any], lots: int, day: int
) -> TruthBar:
    open_, high, low, close = (listing.price_of(int(ticks)) for ticks in prices)
    volume = listing.volume_of(lots)
    return TruthBar(instant(stamp), open_, high, low, close, volume, date_of(day))
