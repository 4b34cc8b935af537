"""The Yahoo dialect serves the market as Yahoo would, traps included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import requests
from yahoo_charts import CHART, chart, quotes, stamp

from sandbox import Exchange
from sandbox.listings import all_listings

Get = Callable[..., requests.Response]
MIDDAY = datetime(2026, 3, 11, 15, 0, 30)
JUST_AFTER_CLOSE = datetime(2026, 3, 11, 20, 30)
NEXT_MORNING = datetime(2026, 3, 12, 3, 0)


@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "1h", "1d"])
def test_served_bars_are_the_truth_in_single_precision(
    exchange: Exchange, get: Get, interval: str
) -> None:
    exchange.set_clock(NEXT_MORNING)
    start, end = datetime(2026, 3, 10), datetime(2026, 3, 10, 23)
    result = chart(get, "ORCL", start, end, interval=interval)
    truth = exchange.truth.bars("ORCL", interval, start, end)
    assert result["timestamp"] == [stamp(bar.opened_at) for bar in truth]
    for name in ("open", "high", "low", "close"):
        expected = [float(np.float32(getattr(bar, name))) for bar in truth]
        assert quotes(result)[name] == expected
    assert quotes(result)["volume"] == [int(bar.volume) for bar in truth]


def test_prices_before_a_split_are_divided_only_once_the_split_has_come(
    exchange: Exchange, get: Get
) -> None:
    window = datetime(2026, 2, 12), datetime(2026, 2, 13)
    traded = exchange.truth.bars("TSM", "1d", *window)[0]
    exchange.set_clock(datetime(2026, 2, 16, 22))
    before = quotes(chart(get, "TSM", *window, interval="1d"))
    exchange.set_clock(datetime(2026, 2, 17, 15))
    after = quotes(chart(get, "TSM", *window, interval="1d"))
    assert before["close"][0] == pytest.approx(float(traded.close), rel=1e-6)
    assert after["close"][0] == pytest.approx(float(traded.close) / 2, rel=1e-6)
    assert after["volume"][0] == 2 * before["volume"][0] == 2 * int(traded.volume)


def test_intraday_prices_are_divided_too(exchange: Exchange, get: Get) -> None:
    exchange.set_clock(datetime(2026, 2, 17, 15))
    window = datetime(2026, 2, 12, 15), datetime(2026, 2, 12, 15, 59)
    traded = exchange.truth.bars("TSM", "1m", *window)[0]
    served = quotes(chart(get, "TSM", *window, interval="1m"))
    assert served["open"][0] == pytest.approx(float(traded.open) / 2, rel=1e-6)


def test_events_name_only_what_was_asked_and_adjclose_reflects_dividends_anyway(
    get: Get,
) -> None:
    window = datetime(2024, 5, 1), datetime(2024, 9, 30)
    asked = chart(get, "NVDA", *window, interval="1d", events="div,splits")
    plain = chart(get, "NVDA", *window, interval="1d")
    assert [one["splitRatio"] for one in asked["events"]["splits"].values()] == ["10:1"]
    assert len(asked["events"]["dividends"]) == 2
    assert "events" not in plain
    assert plain["indicators"]["adjclose"] == asked["indicators"]["adjclose"]
    adjusted = plain["indicators"]["adjclose"][0]["adjclose"]
    assert adjusted[0] < quotes(plain)["close"][0]


def test_events_carry_the_stamp_of_their_daily_bar(get: Get) -> None:
    window = datetime(2026, 1, 1), datetime(2026, 3, 1)
    result = chart(get, "AAPL", *window, interval="1d", events="div")
    for key, one in result["events"]["dividends"].items():
        assert int(key) == one["date"]
        assert one["date"] in result["timestamp"]


def test_both_ends_of_a_window_are_included(get: Get) -> None:
    start, end = datetime(2026, 3, 2), datetime(2026, 3, 4)
    result = chart(get, "BTC-USD", start, end, interval="1d")
    assert result["timestamp"] == [stamp(start + timedelta(days=day)) for day in range(3)]


def test_currency_and_futures_days_are_stamped_at_local_midnight(get: Get) -> None:
    window = datetime(2025, 7, 1), datetime(2025, 7, 2)
    euro = chart(get, "EURUSD=X", *window, interval="1d")["timestamp"]
    gold = chart(get, "GC=F", *window, interval="1d")["timestamp"]
    assert euro == [stamp(datetime(2025, 7, 1, 23))]
    assert gold == [stamp(datetime(2025, 7, 1, 4))]


def test_no_bar_is_served_before_it_has_begun(exchange: Exchange, get: Get) -> None:
    for interval in ("1m", "1h", "1d"):
        result = chart(get, "AAPL", datetime(2026, 3, 11), datetime(2026, 3, 13), interval=interval)
        assert max(result["timestamp"]) <= stamp(exchange.now())


def test_the_live_bar_is_off_the_grid_and_without_volume(exchange: Exchange, get: Get) -> None:
    window = datetime(2026, 3, 11), datetime(2026, 3, 12)
    result = chart(get, "AAPL", *window, interval="1m")
    assert result["timestamp"][-1] == stamp(MIDDAY)
    last = {name: values[-1] for name, values in quotes(result).items()}
    assert last["volume"] == 0
    assert last["open"] == last["high"] == last["low"] == last["close"]


def test_the_minute_under_way_has_a_null_of_its_own_on_some_answers(
    exchange: Exchange, get: Get
) -> None:
    window = datetime(2026, 3, 11), datetime(2026, 3, 12)
    shapes = set()
    for minute in range(2):
        exchange.set_clock(MIDDAY + timedelta(minutes=minute))
        result = chart(get, "AAPL", *window, interval="1m")
        shapes.add(quotes(result)["close"][-2] is None)
    assert shapes == {True, False}


def test_after_the_close_an_auction_bar_ends_the_day(exchange: Exchange, get: Get) -> None:
    exchange.set_clock(JUST_AFTER_CLOSE)
    result = chart(get, "AAPL", datetime(2026, 3, 11), datetime(2026, 3, 12), interval="5m")
    assert result["timestamp"][-1] == stamp(datetime(2026, 3, 11, 20))
    assert quotes(result)["volume"][-1] == 0
    assert quotes(result)["close"][-1] == quotes(result)["close"][-2]


def test_the_current_day_appears_twice_just_after_the_close(exchange: Exchange, get: Get) -> None:
    window = datetime(2026, 3, 10), datetime(2026, 3, 12)
    exchange.set_clock(JUST_AFTER_CLOSE)
    result = chart(get, "AAPL", *window, interval="1d")
    assert result["timestamp"][1:] == [
        stamp(datetime(2026, 3, 11, 13, 30)),
        stamp(datetime(2026, 3, 11, 20, 0, 1)),
    ]
    exchange.set_clock(NEXT_MORNING)
    assert len(chart(get, "AAPL", *window, interval="1d")["timestamp"]) == 2


def test_a_halt_shows_as_nulls(exchange: Exchange, get: Get) -> None:
    window = datetime(2026, 3, 9, 14, 0), datetime(2026, 3, 9, 15, 59)
    closes = quotes(chart(get, "AMD", *window, interval="1m"))["close"]
    assert [close is None for close in closes] == [False] * 30 + [True] * 60 + [False] * 30


def test_a_closed_window_has_no_timestamp_key(get: Get) -> None:
    weekend = datetime(2026, 3, 7), datetime(2026, 3, 8)
    expected: dict[str, Any] = {
        "1m": {"quote": [{}]},
        "1d": {"quote": [{}], "adjclose": [{}]},
    }
    for interval, indicators in expected.items():
        result = chart(get, "AAPL", *weekend, interval=interval)
        assert "timestamp" not in result
        assert result["indicators"] == indicators


def test_a_restated_day_settles_on_the_truth(exchange: Exchange, get: Get) -> None:
    window = datetime(2026, 3, 9), datetime(2026, 3, 9, 23)
    truth = exchange.truth.bars("MSFT", "1d", *window)[0]
    exchange.set_clock(datetime(2026, 3, 10, 19, 59))
    early = quotes(chart(get, "MSFT", *window, interval="1d"))
    exchange.set_clock(datetime(2026, 3, 10, 20))
    late = quotes(chart(get, "MSFT", *window, interval="1d"))
    assert early["close"][0] == pytest.approx(float(truth.close) * 1.004, rel=1e-4)
    assert early["volume"][0] == pytest.approx(int(truth.volume) * 0.97, rel=1e-4)
    assert early["high"][0] >= early["close"][0]
    assert late["close"][0] == float(np.float32(truth.close))
    assert late["volume"][0] == int(truth.volume)


def test_a_range_begins_with_a_bar_without_volume(get: Get) -> None:
    found = quotes(get(CHART + "AAPL", range="1d", interval="1m").json()["chart"]["result"][0])
    assert found["volume"][0] == 0
    assert found["volume"][1] > 0


@pytest.mark.parametrize(
    ("range_", "least"), [("5d", 5), ("1mo", 19), ("1y", 245), ("ytd", 40), ("max", 6000)]
)
def test_each_range_reaches_as_far_as_it_says(get: Get, range_: str, least: int) -> None:
    result = get(CHART + "AAPL", range=range_, interval="1d").json()["chart"]["result"][0]
    assert least <= len(result["timestamp"]) <= least * 1.15 + 2
    assert result["meta"]["range"] == range_


def test_weeks_and_months_are_sums_of_days(get: Get) -> None:
    window = datetime(2025, 9, 1), datetime(2025, 10, 31, 23)
    days = quotes(chart(get, "ORCL", *window, interval="1d"))
    for interval in ("1wk", "1mo"):
        found = quotes(chart(get, "ORCL", *window, interval=interval))
        assert max(found["high"]) == max(days["high"])
        assert sum(found["volume"]) == sum(days["volume"])
        assert found["close"][-1] == days["close"][-1]


def test_jitter_moves_the_seventh_digit_and_no_more() -> None:
    with Exchange(now=NEXT_MORNING, jitter=True) as exchange:
        url = exchange.url + CHART + "0P0000XTS7?range=1y&interval=1d"
        answers = [requests.get(url, timeout=10).json() for _ in range(2)]
    one, other = (quotes(answer["chart"]["result"][0])["close"] for answer in answers)
    assert one != other
    assert one == pytest.approx(other, rel=2.5e-7)


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 11, 13, 30),
        datetime(2026, 3, 11, 13, 30, 20),
        datetime(2026, 3, 8, 6),
        datetime(2026, 3, 10, 23, 30),
        datetime(2035, 12, 31, 15),
    ],
)
def test_every_listing_is_served_in_order_at_any_hour(
    exchange: Exchange, get: Get, now: datetime
) -> None:
    exchange.set_clock(now)
    for listing in all_listings():
        if not (listing.yahoo_symbol and listing.served_on(now.date())):
            continue
        for query in ({"range": "5d", "interval": "1d"}, {"range": "1d", "interval": "1m"}):
            answer = get(CHART + listing.yahoo_symbol, includePrePost="true", **query)
            assert answer.status_code == 200, (listing.symbol, query)
            stamps = answer.json()["chart"]["result"][0].get("timestamp", [])
            assert stamps == sorted(set(stamps)), (listing.symbol, query)
            assert not stamps or stamps[-1] <= stamp(now), (listing.symbol, query)
