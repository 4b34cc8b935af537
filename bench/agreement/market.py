"""Made-up bars as they were traded, with splits and dividends, and as each provider sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from warehouse import market_hours

Array = npt.NDArray[np.float64]
FIELDS = ("open", "high", "low", "close", "volume")
OPEN, HIGH, LOW, CLOSE, VOLUME = range(5)
LAST = date(2026, 3, 6)
STOCKS = ("yahoo", "massive", "fmp", "alpha_vantage", "file_drop")
CRYPTO = ("binance", "yahoo", "alpha_vantage", "file_drop")
RATIOS = (2.0, 3.0, 4.0, 10.0, 1.5, 0.1)
QUARTER = 63
HOLES = 0.01
A_TICK_OFF = 0.03


@dataclass
class Sheet:
    """Bars of some instruments on one grid; arrays are [instrument, bar, field]."""

    interval: str
    calendar: str
    asset_class: str
    symbols: list[str]
    bars: list[tuple[date, datetime]]
    truth: Array
    splits: list[dict[int, float]]
    dividends: list[dict[int, float]]
    seen: dict[str, Array] = field(default_factory=dict)

    def later_splits(self, instrument: int) -> Array:
        """What one share of each bar has become."""
        return _later(self.splits[instrument], len(self.bars))

    def later_dividends(self, instrument: int) -> Array:
        """What adjusting for every later dividend makes of each bar's prices."""
        closes = self.truth[instrument, :, CLOSE]
        shares = {
            at: 1 - amount / closes[at - 1] for at, amount in self.dividends[instrument].items()
        }
        return _later(shares, len(self.bars))

    def ticks(self, prices: Array) -> Array:
        """The least step of a price: a cent, below one a hundredth of it."""
        if self.asset_class == "crypto":
            return np.full_like(prices, 1e-6)
        return np.where(prices < 1, 1e-4, 1e-2)

    def on_grid(self, prices: Array) -> Array:
        ticks = self.ticks(prices)
        rounded: Array = np.round(np.round(prices / ticks) * ticks, 6)
        return rounded

    def holders(self, instrument: int, bar: int) -> list[str]:
        """Who has the bar, in the order of priority."""
        return [
            provider
            for provider, bars in self.seen.items()
            if not np.isnan(bars[instrument, bar, CLOSE])
        ]


def _later(steps: dict[int, float], count: int) -> Array:
    factors = np.ones(count)
    for at, ratio in steps.items():
        factors[:at] *= ratio
    return factors


def daily(draw: np.random.Generator, instruments: int, sessions: int) -> Sheet:
    days = _sessions("XNAS", sessions)
    bars = [(one.session_date, one.opens_at) for one in days]
    symbols = [f"SIM{number:03d}" for number in range(instruments)]
    return _sheet(draw, "1d", "XNAS", "stock", symbols, bars, STOCKS, 0.012)


def quarters_of_hours(draw: np.random.Generator, instruments: int, sessions: int) -> Sheet:
    step = timedelta(minutes=15)
    bars = [
        (one.session_date, one.opens_at + number * step)
        for one in _sessions("XNAS", sessions)
        for number in range((one.closes_at - one.opens_at) // step)
    ]
    symbols = [f"QTR{number:03d}" for number in range(instruments)]
    return _sheet(draw, "15m", "XNAS", "stock", symbols, bars, STOCKS, 0.003)


def coins(draw: np.random.Generator, instruments: int, sessions: int) -> Sheet:
    bars = [(one.session_date, one.opens_at) for one in _sessions("24/7", sessions)]
    symbols = [f"C{number:02d}USDT" for number in range(instruments)]
    return _sheet(draw, "1d", "24/7", "crypto", symbols, bars, CRYPTO, 0.02)


def _sessions(calendar: str, count: int) -> list[market_hours.Session]:
    end = datetime.combine(LAST, datetime.max.time())
    return list(market_hours.sessions(calendar, end - timedelta(days=count * 2), end))[-count:]


def _sheet(
    draw: np.random.Generator,
    interval: str,
    calendar: str,
    asset_class: str,
    symbols: list[str],
    bars: list[tuple[date, datetime]],
    providers: Sequence[str],
    size: float,
) -> Sheet:
    acts = interval == "1d" and asset_class == "stock"
    shape = (len(symbols), len(bars))
    levels = np.exp(draw.uniform(np.log(0.6), np.log(900), shape[0]))
    splits = [_splits(draw, shape[1]) if acts else {} for _ in symbols]
    sheet = Sheet(
        interval, calendar, asset_class, symbols, bars,
        np.zeros((*shape, 5)), splits, [{} for _ in symbols],
    )  # fmt: skip
    for number, level in enumerate(levels):
        _trade(draw, sheet, number, float(level), size)
        if acts and draw.random() < 0.6:
            sheet.dividends[number] = _dividends(draw, sheet, number)
    sheet.seen = _seen(draw, sheet, providers)
    return sheet


def _splits(draw: np.random.Generator, bars: int) -> dict[int, float]:
    count = int(draw.choice([0, 1, 2], p=[0.5, 0.3, 0.2]))
    places = draw.choice(np.arange(bars // 5, bars - 5), count, replace=False)
    return {int(at): float(draw.choice(RATIOS)) for at in places}


def _dividends(draw: np.random.Generator, sheet: Sheet, number: int) -> dict[int, float]:
    """One a quarter, on days when nothing is split."""
    closes = sheet.truth[number, :, CLOSE]
    begin = int(draw.integers(1, QUARTER))
    return {
        at: round(float(closes[at - 1] * draw.uniform(0.004, 0.012)), 4)
        for at in range(begin, len(closes), QUARTER)
        if at not in sheet.splits[number]
    }


def _trade(draw: np.random.Generator, sheet: Sheet, number: int, level: float, size: float) -> None:
    count = len(sheet.bars)
    close = level * np.exp(draw.normal(0, size, count).cumsum())
    opened = np.concatenate([[level], close[:-1]]) * np.exp(draw.normal(0, size / 3, count))
    high = np.maximum(opened, close) * np.exp(np.abs(draw.normal(0, size / 2, count)))
    low = np.minimum(opened, close) * np.exp(-np.abs(draw.normal(0, size / 2, count)))
    shares = sheet.later_splits(number)
    # What has been put together came from a cheap stock, not from one below a cent.
    whole = shares / min(1.0, shares.min())
    for place, prices in enumerate((opened, high, low, close)):
        sheet.truth[number, :, place] = sheet.on_grid(prices * whole)
    traded = np.exp(draw.normal(np.log(3e6), 0.5, count)) / shares
    sheet.truth[number, :, VOLUME] = np.maximum(np.round(traded), 5e4)


def _seen(draw: np.random.Generator, sheet: Sheet, providers: Sequence[str]) -> dict[str, Array]:
    """Some of the providers have each instrument; they lack bars, and count a little otherwise."""
    has = {provider: np.zeros(len(sheet.symbols), dtype=bool) for provider in providers}
    for number in range(len(sheet.symbols)):
        count = int(draw.choice(np.arange(2, len(providers) + 1)))
        for provider in draw.choice(providers, count, replace=False):
            has[provider][number] = True
    return {provider: _as_seen(draw, sheet, has[provider]) for provider in providers}


def _as_seen(draw: np.random.Generator, sheet: Sheet, has: npt.NDArray[np.bool_]) -> Array:
    bars = sheet.truth.copy()
    shape = bars.shape[:2]
    # An odd lot more or less: a tick at the ends of a bar.
    for end, way in ((HIGH, 1), (LOW, -1)):
        ticks = sheet.ticks(bars[:, :, end])
        bars[:, :, end] += way * ticks * (draw.random(shape) < A_TICK_OFF)
    late = draw.random(shape) < 0.05
    off = np.where(late, draw.uniform(-0.03, 0.03, shape), draw.normal(0, 0.0005, shape))
    bars[:, :, VOLUME] = np.round(bars[:, :, VOLUME] * (1 + off))
    bars[~has] = np.nan
    bars[draw.random(shape) < HOLES] = np.nan
    return bars
