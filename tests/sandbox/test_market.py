"""The market is a pure function of its seed and agrees with itself at every interval."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from sandbox.events import Events
from sandbox.listings import all_listings, find_listing
from sandbox.market import FIELDS, Market
from sandbox.truth import Truth, TruthBar, seconds

ROOT = Path(__file__).resolve().parents[2]
MARKET = Market(7)
TRUTH = Truth(MARKET)
HALF_DAY = date(2025, 11, 28)
SPRING_FORWARD = date(2026, 3, 9)
FALL_BACK = date(2025, 11, 3)
PLAIN = date(2025, 6, 17)
FAR_PAST = date(2004, 10, 6)
FAR_FUTURE = date(2034, 5, 24)
PROBE = """
import hashlib
from datetime import datetime
from sandbox.market import FIELDS, Market
from sandbox.truth import Truth, seconds
market = Market({seed})
digest = hashlib.sha256()
for symbol in ("AAPL", "GC=F", "BTCUSDT", "PNNY"):
    listing = Truth(market).listing(symbol)
    start, end = seconds(datetime(2026, 3, 2)), seconds(datetime(2026, 3, 4))
    bars = market.bars(listing, 1, start, end, end)
    for name in FIELDS:
        digest.update(getattr(bars, name).tobytes())
    digest.update(market.days(listing).close.tobytes())
print(digest.hexdigest())
"""


def digest_elsewhere(seed: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(seed=seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def digest_here(seed: int) -> str:
    market, digest = Market(seed), hashlib.sha256()
    for symbol in ("AAPL", "GC=F", "BTCUSDT", "PNNY"):
        listing = Truth(market).listing(symbol)
        start, end = seconds(datetime(2026, 3, 2)), seconds(datetime(2026, 3, 4))
        bars = market.bars(listing, 1, start, end, end)
        for name in FIELDS:
            digest.update(getattr(bars, name).tobytes())
        digest.update(market.days(listing).close.tobytes())
    return digest.hexdigest()


def window_of(symbol: str, day: date) -> tuple[datetime, datetime]:
    """The session of that date as an opening and a close."""
    listing = TRUTH.listing(symbol)
    days = MARKET.days(listing)
    index = days.index_of((day - date(1970, 1, 1)).days)
    epoch = datetime(1970, 1, 1)
    return (
        epoch + timedelta(minutes=int(days.opens_at[index])),
        epoch + timedelta(minutes=int(days.closes_at[index])),
    )


def summed(bars: list[TruthBar]) -> tuple[Decimal, Decimal, Decimal, Decimal, Decimal]:
    return (
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum((bar.volume for bar in bars), Decimal(0)),
    )


def test_two_processes_draw_the_same_market() -> None:
    assert digest_elsewhere(7) == digest_here(7)


def test_another_seed_is_another_market() -> None:
    assert digest_here(8) != digest_here(7)


def test_the_order_of_questions_does_not_change_the_answers() -> None:
    one, other = Truth(Market(3)), Truth(Market(3))
    day, hour = (datetime(2026, 3, 2), datetime(2026, 3, 6)), datetime(2026, 3, 4, 16)
    first = (one.bars("AMD", "1d", *day), one.bars("AMD", "1m", hour, hour + timedelta(hours=1)))
    minutes = other.bars("AMD", "1m", hour, hour + timedelta(hours=1))
    assert first == (other.bars("AMD", "1d", *day), minutes)


@pytest.mark.parametrize(
    ("symbol", "day"),
    [
        ("AAPL", HALF_DAY),
        ("AAPL", SPRING_FORWARD),
        ("TRUE", FALL_BACK),
        ("PNNY", PLAIN),
        ("^TNX", PLAIN),
        ("^GSPC", FAR_FUTURE),
        ("MSFT", FAR_PAST),
        ("GC=F", SPRING_FORWARD),
        ("EURUSD=X", FALL_BACK),
        ("BARC.L", PLAIN),
        ("0700.HK", PLAIN),
        ("7203.T", SPRING_FORWARD),
        ("BTCUSDT", FAR_FUTURE),
        ("BNBBTC", PLAIN),
    ],
)
def test_every_interval_sums_to_the_day(symbol: str, day: date) -> None:
    start, end = window_of(symbol, day)
    daily = TRUTH.bars(symbol, "1d", start, start + timedelta(seconds=1))
    assert len(daily) == 1
    assert daily[0].session_date == day
    for interval in ("1m", "5m", "15m", "30m", "90m", "1h", "4h"):
        assert summed(TRUTH.bars(symbol, interval, start, end)) == summed(daily), interval


@pytest.mark.parametrize("symbol", ["NVDA", "TRUE", "7203.T", "BTC-USD"])
def test_each_hour_is_the_sum_of_its_minutes(symbol: str) -> None:
    start, end = window_of(symbol, SPRING_FORWARD)
    hours = TRUTH.bars(symbol, "1h", start, end)
    assert len(hours) >= 6
    for hour in hours:
        until = hour.opened_at + timedelta(hours=1)
        minutes = TRUTH.bars(symbol, "1m", hour.opened_at, until)
        assert summed(minutes) == summed([hour])


def test_a_half_day_has_half_the_minutes() -> None:
    assert len(TRUTH.bars("AAPL", "1m", *window_of("AAPL", HALF_DAY))) == 210
    assert len(TRUTH.bars("AAPL", "1m", *window_of("AAPL", PLAIN))) == 390


def test_new_york_opens_an_hour_earlier_in_utc_once_its_clocks_go_forward() -> None:
    assert window_of("AAPL", date(2026, 3, 6))[0].hour == 14
    assert window_of("AAPL", SPRING_FORWARD)[0].hour == 13


def test_prices_and_volumes_keep_their_order_on_every_day_of_every_listing() -> None:
    for listing in all_listings():
        days = MARKET.days(listing)
        assert (days.high >= np.maximum(days.open, days.close)).all(), listing.symbol
        assert (days.low <= np.minimum(days.open, days.close)).all(), listing.symbol
        assert (days.low > 0).all(), listing.symbol
        assert (days.volume >= 0).all(), listing.symbol


def test_stocks_move_together_and_volatility_clusters() -> None:
    def returns(symbol: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        close = MARKET.days(TRUTH.listing(symbol)).close[-2000:]
        return np.diff(np.log(close))

    one, other = returns("MSFT"), returns("ORCL")
    assert np.corrcoef(one, other)[0, 1] > 0.35
    size = np.abs(returns("^GSPC"))
    assert np.corrcoef(size[1:], size[:-1])[0, 1] > 0.05


def test_listed_prices_are_near_what_a_reader_expects() -> None:
    start, end = datetime(2026, 3, 2), datetime(2026, 3, 3)
    for symbol, low, high in [
        ("AAPL", 200, 320),
        ("^GSPC", 6000, 7400),
        ("^TNX", 3, 5),
        ("BTCUSDT", 70_000, 110_000),
    ]:
        close = TRUTH.bars(symbol, "1d", start, end)[0].close
        assert low < close < high, symbol


def test_nothing_trades_in_the_halted_hour() -> None:
    halted = TRUTH.bars("AMD", "1m", datetime(2026, 3, 9, 14, 30), datetime(2026, 3, 9, 15, 30))
    before = TRUTH.bars("AMD", "1m", datetime(2026, 3, 9, 13, 30), datetime(2026, 3, 9, 14, 30))
    assert halted == []
    assert len(before) == 60


def test_the_recurring_halt_falls_on_the_third_wednesday() -> None:
    for day, expected in [(date(2026, 2, 18), 0), (date(2026, 2, 17), 20)]:
        start = datetime(day.year, day.month, day.day, 18)
        assert len(TRUTH.bars("PLTR", "1m", start, start + timedelta(minutes=20))) == expected


def test_a_thin_listing_has_empty_minutes() -> None:
    held = len(TRUTH.bars("PNNY", "1m", *window_of("PNNY", PLAIN)))
    assert 60 < held < 200


def test_as_traded_prices_fall_by_the_ratio_at_a_split() -> None:
    for symbol, ex_date, ratio in [("NVDA", date(2024, 6, 10), 10), ("TSM", date(2026, 2, 17), 2)]:
        assert any(split.ex_date == ex_date for split in Events().splits(TRUTH.listing(symbol)))
        start = datetime(ex_date.year, ex_date.month, ex_date.day) - timedelta(days=5)
        bars = TRUTH.bars(symbol, "1d", start, start + timedelta(days=6))
        before, on = bars[-2], bars[-1]
        assert on.session_date == ex_date
        assert before.close / on.open == pytest.approx(Decimal(ratio), rel=Decimal("0.1"))


def test_dividends_fall_on_sessions_and_are_as_they_were_paid() -> None:
    paid = dict(TRUTH.dividends("NVDA"))
    days = {
        date(1970, 1, 1) + timedelta(days=int(day))
        for day in MARKET.days(TRUTH.listing("NVDA")).dates
    }
    assert paid.keys() <= days
    before = [amount for day, amount in paid.items() if day.year == 2023]
    after = [amount for day, amount in paid.items() if day.year == 2025]
    assert len(before) == len(after) == 4
    assert before[0] > after[0] * 8


def test_a_symbol_means_what_it_meant_on_that_day() -> None:
    def held(symbol: str, day: date) -> str | None:
        listing = find_listing("yahoo", symbol, day)
        return listing.symbol if listing else None

    assert held("META", date(2021, 9, 1)) == "META~2021"
    assert held("META", date(2022, 3, 1)) is None
    assert held("META", date(2023, 1, 3)) == "META"
    assert held("FB", date(2022, 6, 8)) == "FB"
    assert held("FB", date(2022, 6, 9)) is None


def test_a_renamed_share_keeps_its_history() -> None:
    window = datetime(2022, 6, 1), datetime(2022, 6, 8)
    assert TRUTH.bars("FB", "1d", *window) == TRUTH.bars("META", "1d", *window)


def test_every_instrument_of_the_universe_is_listed() -> None:
    universe = ROOT / "dbt_project" / "seeds" / "universe.csv"
    if not universe.exists():
        pytest.skip("no universe seed here")
    import csv

    with universe.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    yahoo = {one.yahoo_symbol for one in all_listings()}
    binance = {one.binance_symbol for one in all_listings()}
    assert {row["yahoo_symbol"] for row in rows} - yahoo - {""} == set()
    assert {row["binance_symbol"] for row in rows} - binance - {""} == set()
