"""FMP's bars against the sandbox exchange: stamps of New York, and windows of settled bars."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fmp_asking import SUMMER, WEEK, WINTER, Asked, asking, bars, calls, stamps
from provider_runs import fmp_bars

from extract.fmp.windows import chunks
from sandbox import Exchange
from warehouse import market_hours


@pytest.fixture
def asked(exchange: Exchange, tmp_path: Path) -> Asked:
    return asking(exchange, tmp_path)


def test_stamps_of_new_york_are_the_instants_of_the_truth_on_both_sides_of_a_clock_change(
    exchange: Exchange, asked: Asked
) -> None:
    landed = asked(fmp_bars("AAPL", "1h", *WINTER), fmp_bars("AAPL", "1h", *SUMMER))
    truth = [
        bar.opened_at
        for window in (WINTER, SUMMER)
        for bar in exchange.truth.bars("AAPL", "1h", *window)
    ]
    assert stamps(landed) == truth
    assert [len(list(own)) for _, own in itertools.groupby(stamps(landed), datetime.date)] == [7, 7]
    assert {row["interval"] for row in bars(landed)} == {"1h"}


@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "1h", "1d"])
def test_prices_and_volumes_are_the_truths(exchange: Exchange, asked: Asked, interval: str) -> None:
    landed = asked(fmp_bars("MSFT", interval, *SUMMER))
    truth = exchange.truth.bars("MSFT", interval, *SUMMER)
    names = ("open", "high", "low", "close", "volume")
    assert [[row[name] for name in names] for row in bars(landed)] == [
        [pytest.approx(float(getattr(bar, name)), abs=5e-5) for name in names] for bar in truth
    ]
    assert len(truth) > 0


def test_of_whole_days_only_the_window_lands(exchange: Exchange, asked: Asked) -> None:
    start, end = datetime(2026, 3, 10, 15), datetime(2026, 3, 10, 16)
    landed = asked(fmp_bars("AAPL", "5m", start, end))
    assert stamps(landed) == [start + timedelta(minutes=5 * n) for n in range(12)]
    assert [(one["from"], one["to"]) for one in calls(exchange)] == [("2026-03-10", "2026-03-10")]
    assert landed.requests[0]["row_count"] == 12


def test_the_auction_bar_and_what_trades_outside_of_hours_are_no_bars_of_the_session(
    asked: Asked,
) -> None:
    """The sandbox stamps one at 16:00:00; two sessions in one window let it in by time alone."""
    landed = asked(fmp_bars("AAPL", "15m", WINTER[0], datetime(2026, 3, 6, 21, 0)))
    assert len(stamps(landed)) == 52
    assert WINTER[1] not in stamps(landed)
    assert landed.rejected == []


def test_bars_younger_than_five_minutes_are_neither_asked_for_nor_landed(
    exchange: Exchange, asked: Asked
) -> None:
    exchange.set_clock(datetime(2026, 3, 10, 15, 4, 59))
    start, end = SUMMER[0], datetime(2026, 3, 10, 15, 4)
    assert chunks("1m", start, end, exchange.now()) == [(start, datetime(2026, 3, 10, 14, 59))]
    early = asked(fmp_bars("AAPL", "1m", start, end))
    assert stamps(early)[-1] == datetime(2026, 3, 10, 14, 58)
    assert early.requests[0]["window_end"] == datetime(2026, 3, 10, 14, 59)
    exchange.set_clock(datetime(2026, 3, 10, 18))
    late = asked(fmp_bars("AAPL", "1m", start, end))
    prices = ("stamped_at", "open", "close", "volume")
    settled = [{name: row[name] for name in prices} for row in bars(late)][: len(bars(early))]
    assert [{name: row[name] for name in prices} for row in bars(early)] == settled


@pytest.mark.parametrize(
    ("interval", "end", "now", "last"),
    [
        ("1h", SUMMER[1], datetime(2026, 3, 10, 20, 4), datetime(2026, 3, 10, 19, 30)),
        ("1h", SUMMER[1], datetime(2026, 3, 10, 20, 5), SUMMER[1]),
        ("1d", SUMMER[1], datetime(2026, 3, 10, 20, 5), SUMMER[1]),
        ("1d", SUMMER[1], datetime(2026, 3, 10, 20, 4), datetime(2026, 3, 9, 22)),
    ],
)
def test_a_window_ends_with_the_newest_bar_that_has_settled(
    interval: str, end: datetime, now: datetime, last: datetime
) -> None:
    assert chunks(interval, datetime(2026, 3, 9, 13, 30), end, now)[-1][1] == last


@pytest.mark.parametrize(
    ("interval", "days"), [("1m", 1), ("5m", 5), ("15m", 5), ("1h", 30), ("1d", 5 * 365)]
)
def test_windows_are_small_enough_hold_sessions_and_join(interval: str, days: int) -> None:
    start, end = datetime(2020, 1, 2, 14, 30), datetime(2026, 3, 10, 20)
    found = chunks(interval, start, end, datetime(2026, 3, 11))
    assert (found[0][0], found[-1][1]) == (start, end)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))
    for low, high in found:
        sessions = list(market_hours.sessions("XNYS", low, high))
        assert sessions
        assert (sessions[-1].session_date - sessions[0].session_date).days < days
        assert all(low <= one.opens_at and one.closes_at <= high for one in sessions)


def test_nothing_to_ask_before_anything_has_settled() -> None:
    assert chunks("1m", SUMMER[0], SUMMER[0] + timedelta(minutes=2), SUMMER[0]) == []


def test_a_weekend_is_empty(exchange: Exchange, asked: Asked) -> None:
    landed = asked(fmp_bars("AAPL", "1m", datetime(2026, 3, 7), datetime(2026, 3, 9)))
    assert [one["outcome"] for one in landed.requests] == ["empty"]
    assert landed.outcomes == []
    assert len(calls(exchange)) == 1


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
def test_intraday_bars_on_an_unconfirmed_clock_are_not_asked_for(
    exchange: Exchange, asked: Asked, zone: str
) -> None:
    landed = asked(fmp_bars("BTCUSD", "5m", *WEEK, zone=zone))
    assert landed.outcomes == ["out_of_range"]
    assert calls(exchange) == []
