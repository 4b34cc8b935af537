"""Crashes and news are moves of the market itself: they stay, and every interval shows them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from sandbox.days import Days
from sandbox.events import Events
from sandbox.listings import all_listings, simulated
from sandbox.market import Market
from sandbox.sessions import days_since_epoch
from sandbox.truth import Truth

CRASH, NEWS = date(2025, 10, 13), date(2025, 11, 5)
PLAIN = Market(7)
MOVED = Market(
    7,
    Events(
        [
            {"kind": "crash", "symbol": "*", "on": CRASH, "value": "-0.12"},
            {"kind": "news", "symbol": "SIM002", "on": NEWS, "value": "0.21"},
        ]
    ),
)


def place_of(days: Days, day: date) -> int:
    return days.index_of(days_since_epoch(day))


def added(symbol: str, day: date) -> float:
    """What the events added to the day's log return."""
    found = []
    for market in (MOVED, PLAIN):
        days = market.days(Truth(market).listing(symbol))
        at = place_of(days, day)
        found.append(float(np.log(days.close[at] / days.close[at - 1])))
    return found[0] - found[1]


def test_in_a_crash_each_listing_falls_by_its_loading() -> None:
    falls = {symbol: added(symbol, CRASH) for symbol in ("^GSPC", "SPY", "AAPL", "NVDA", "^TNX")}
    assert falls["^GSPC"] == pytest.approx(-0.12, abs=1e-4)
    assert falls["SPY"] == pytest.approx(-0.12, abs=1e-3)
    assert falls["NVDA"] < falls["AAPL"] < falls["^GSPC"] < falls["^TNX"] < 0
    stocks = [added(listing.symbol, CRASH) for listing in simulated(20)]
    assert max(stocks) < -0.02
    assert np.mean(stocks) == pytest.approx(-0.12, abs=0.06)


def test_a_crash_moves_the_days_before_it_and_leaves_those_after_as_they_were() -> None:
    for symbol in ("AAPL", "^GSPC", "BTCUSDT"):
        plain, moved = (market.days(Truth(market).listing(symbol)) for market in (PLAIN, MOVED))
        at = place_of(plain, CRASH)
        assert (plain.close[at + 1 :] == moved.close[at + 1 :]).all()
        assert (plain.volume[at + 1 :] == moved.volume[at + 1 :]).all()
        assert (plain.close[at - 500 : at] < moved.close[at - 500 : at]).all()


def test_news_moves_one_listing_for_good_with_more_volume() -> None:
    assert added("SIM002", NEWS) == pytest.approx(0.21, abs=2e-3)
    assert added("SIM003", NEWS) == 0
    listing = simulated(2)[1]
    plain, moved = PLAIN.days(listing), MOVED.days(listing)
    at = place_of(plain, NEWS)
    assert moved.volume[at] > 2 * plain.volume[at]
    assert moved.volume[at + 1] == plain.volume[at + 1]


@pytest.mark.parametrize(("symbol", "day"), [("SIM002", NEWS), ("AAPL", CRASH), ("^GSPC", CRASH)])
def test_all_intervals_agree_on_a_real_move(symbol: str, day: date) -> None:
    truth = Truth(MOVED)
    start = datetime(day.year, day.month, day.day)
    (daily,) = truth.bars(symbol, "1d", start, start + timedelta(days=1))
    for interval in ("1m", "5m", "1h"):
        bars = truth.bars(symbol, interval, start, start + timedelta(days=1))
        assert bars[0].open == daily.open, interval
        assert bars[-1].close == daily.close, interval
        assert max(bar.high for bar in bars) == daily.high, interval
        assert min(bar.low for bar in bars) == daily.low, interval
        assert sum((bar.volume for bar in bars), Decimal(0)) == daily.volume, interval


def test_the_market_of_everyone_fell_on_two_days_of_april_2025() -> None:
    fallen = 0
    for listing in all_listings():
        days = PLAIN.days(listing)
        if listing.asset_class not in ("stock", "etf", "index") or days.dates[-1] < 20_182:
            continue
        at = place_of(days, date(2025, 4, 2))
        fallen += 1
        assert days.close[at + 2] < 0.97 * days.close[at], listing.symbol
    assert fallen > 25
