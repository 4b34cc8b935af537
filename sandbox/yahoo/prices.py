"""A listing as Yahoo shows it at an instant: split-adjusted and in single precision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sandbox.days import Days
from sandbox.events import Split
from sandbox.listings import Listing
from sandbox.market import Bars, Market, date_of, share_ratio, share_ratios
from sandbox.sessions import Floats, Ints, days_since_epoch

LOCAL_MIDNIGHT = ("commodity", "currency")
YEAR = 365
DAY_SECONDS = 86_400
CLOSING_PRINT = 1


@lru_cache(maxsize=256)
def daily_stamps(market: Market, listing: Listing) -> Ints:
    """The stamp of each daily bar: the session's opening, or midnight where the venue is."""
    days = market.days(listing)
    if listing.asset_class not in LOCAL_MIDNIGHT:
        return days.opens_at * 60
    labels = pd.DatetimeIndex(days.dates.astype("datetime64[D]")).tz_localize(listing.venue.zone)
    seconds: Ints = (
        labels.tz_convert("UTC")
        .tz_localize(None)
        .to_numpy()
        .astype("datetime64[s]")
        .astype(np.int64)
    )
    return seconds


@dataclass(frozen=True, slots=True)
class Last:
    """The last trade and the session it belongs to."""

    session: int
    at: int
    price: float
    open: float
    high: float
    low: float
    volume: int
    trading: bool


class View:
    """One listing at one instant."""

    def __init__(self, market: Market, listing: Listing, now: int, jitter: float = 0.0) -> None:
        self.market = market
        self.listing = listing
        self.now = now
        self.jitter = jitter
        self.zone = ZoneInfo(listing.venue.zone)
        self.today = datetime.fromtimestamp(now, UTC).astimezone(self.zone).date()

    @cached_property
    def days(self) -> Days:
        return self.market.days(self.listing)

    @cached_property
    def stamps(self) -> Ints:
        return daily_stamps(self.market, self.listing)

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """The splits that are listed as events."""
        return self._splits_without("event")

    @cached_property
    def adjusting(self) -> tuple[Split, ...]:
        """The splits that every price, volume and amount before them is brought across."""
        return self._splits_without("prices")

    def _splits_without(self, lagging: str) -> tuple[Split, ...]:
        events = self.market.events
        late = events.lapses.lagging_splits(self.listing, lagging, self.now)
        made = events.splits(self.listing)
        return tuple(one for one in made if one.ex_date <= self.today and one.ex_date not in late)

    @property
    def hint(self) -> int:
        return 4 if self.listing.asset_class == "currency" or self.listing.price < 1 else 2

    def stamp_of(self, day: date) -> int:
        return int(self.stamps[self.days.index_of(days_since_epoch(day))])

    def single(self, ticks: Ints, ratio: Floats | float) -> Floats:
        """Ticks as Yahoo prints them: adjusted, and as precise as a 32-bit float is."""
        exact = ticks / self.listing.ticks_per_unit / ratio * (1 + self.jitter)
        return exact.astype(np.float32).astype(np.float64)

    def volumes(self, lots: Ints, ratio: Floats | float) -> Ints:
        units = self.listing.lots_per_unit
        shares = lots / units if units else lots * float(self.listing.lot)
        return np.rint(shares * ratio).astype(np.int64)

    def ratios(self, dates: Ints) -> Floats:
        return share_ratios(self.adjusting, dates, self.today)

    @cached_property
    def dividends(self) -> list[tuple[date, float, float]]:
        """Ex-date, amount as served today, and the factor that earlier closes are reduced by."""
        found = []
        for ex_date, amount in self.market.dividends(self.listing):
            index = self.days.index_of(days_since_epoch(ex_date))
            if ex_date > self.today or not 0 < index < len(self.days.dates):
                continue
            if int(self.days.dates[index]) != days_since_epoch(ex_date):
                continue
            ratio = float(share_ratio(self.adjusting, ex_date, self.today))
            before = int(self.days.close[index - 1]) / self.listing.ticks_per_unit
            before /= self._ratio_across(index)
            found.append((ex_date, round(amount / ratio, 6), 1 - amount / before))
        return found

    def _ratio_across(self, index: int) -> float:
        before, on = date_of(int(self.days.dates[index - 1])), date_of(int(self.days.dates[index]))
        return float(share_ratio(self.adjusting, before, on))

    def daily(self, first: int, last: int) -> dict[str, Any]:
        """Sessions first to last, both included, each as far as it has gone; the close twice,
        plain and reduced by the dividends that followed."""
        days, part = self.days, slice(first, last + 1)
        open_, high, low, close, volume = (
            values[part].copy()
            for values in (days.open, days.high, days.low, days.close, days.volume)
        )
        dates = days.dates[part]
        if last >= first and int(days.closes_at[last]) * 60 > self.now:
            running = self.market.day_bars(self.listing, last, 100_000, self.now)
            if len(running):
                open_[-1], high[-1] = running.open[0], running.high[0]
                low[-1], close[-1] = running.low[0], running.close[0]
                volume[-1] = running.volume[0]
        self._restate("1d", dates * DAY_SECONDS, high, low, close, volume)
        ratio = self.ratios(dates)
        factor = np.ones(len(dates))
        for ex_date, _, reduction in self.dividends:
            factor = np.where(dates < days_since_epoch(ex_date), factor * reduction, factor)
        shown = self.single(close, ratio)
        return {
            "open": self.single(open_, ratio),
            "high": self.single(high, ratio),
            "low": self.single(low, ratio),
            "close": shown,
            "volume": self.volumes(volume, ratio),
            "adjclose": (shown * factor).astype(np.float32).astype(np.float64),
        }

    def _restate(
        self, interval: str, at: Ints, high: Ints, low: Ints, close: Ints, volume: Ints
    ) -> None:
        """Changes in place the bars that are served wrong at this instant; a day is its date."""
        lapses = self.market.events.lapses
        for restated in lapses.restatements(self.listing, interval, self.now):
            place = (restated.start <= at) & (at < restated.before)
            close[place] = np.rint(close[place] * restated.close_factor)
            high[place] = np.maximum(high[place], close[place])
            low[place] = np.minimum(low[place], close[place])
            volume[place] = np.rint(volume[place] * restated.volume_factor)

    def intraday(self, bars: Bars, interval: str) -> dict[str, Any]:
        high, low, close = bars.high.copy(), bars.low.copy(), bars.close.copy()
        volume = bars.volume.copy()
        self._restate(interval, bars.opened_at, high, low, close, volume)
        index = np.searchsorted(self.days.closes_at * 60, bars.opened_at, side="right")
        ratio = self.ratios(self.days.dates[np.minimum(index, len(self.days.dates) - 1)])
        return {
            "open": self.single(bars.open, ratio),
            "high": self.single(high, ratio),
            "low": self.single(low, ratio),
            "close": self.single(close, ratio),
            "volume": self.volumes(volume, ratio),
        }

    @cached_property
    def last(self) -> Last | None:
        session = self.market.session_index(self.listing, self.now)
        if session < 0:
            return None
        values = {key: found[0] for key, found in self.daily(session, session).items()}
        closes_at = int(self.days.closes_at[session]) * 60
        trading = self.now < closes_at
        at = closes_at + CLOSING_PRINT
        if trading:
            traded = self.market.minutes(self.listing, session).until(self.now).starts
            minute = int(traded[-1]) if len(traded) else int(self.days.opens_at[session])
            at = min(self.now if self.now % 60 else self.now - 1, minute * 60 + 59)
        return Last(
            session,
            at,
            float(values["close"]),
            float(values["open"]),
            float(values["high"]),
            float(values["low"]),
            int(values["volume"]),
            trading,
        )

    def year(self) -> dict[str, Any]:
        """The daily bars of the last year, for the figures that look back on it."""
        last = self.market.session_index(self.listing, self.now)
        first = self.days.index_of(days_since_epoch(self.today) - YEAR)
        return self.daily(min(first, last), last)

    def close_before(self, session: int) -> float:
        found = self.daily(max(session - 1, 0), max(session - 1, 0))
        return float(found["close"][0])

    def rounded(self, price: float) -> float:
        return round(price, max(self.hint, -int(self.listing.tick.as_tuple().exponent)))
