"""The Binance dialect serves the market as Binance would: exact text, limits, refusals."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
import requests

from sandbox import Exchange

Get = Callable[..., requests.Response]
API = "/binance/api/v3/"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def milliseconds(at: datetime) -> int:
    return timegm(at.timetuple()) * 1000


def ask(get: Get, path: str, **query: Any) -> Any:
    answer = get(API + path, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("symbol", "interval", "span"),
    [
        ("BTCUSDT", "1m", timedelta(minutes=1000)),
        ("ETHUSDT", "1h", timedelta(days=7)),
        ("SOLUSDT", "1d", timedelta(days=60)),
    ],
)
def test_klines_are_the_truth_to_the_last_digit(
    exchange: Exchange, get: Get, symbol: str, interval: str, span: timedelta
) -> None:
    start = datetime(2026, 1, 5)
    end = start + span
    rows = ask(
        get, "klines", symbol=symbol, interval=interval, startTime=milliseconds(start),
        endTime=milliseconds(end) - 1, limit=1000,
    )  # fmt: skip
    truth = exchange.truth.bars(symbol, interval, start, end)
    assert [row[0] for row in rows] == [milliseconds(bar.opened_at) for bar in truth]
    for place, name in enumerate(("open", "high", "low", "close", "volume"), start=1):
        assert [Decimal(row[place]) for row in rows] == [getattr(bar, name) for bar in truth]


def test_coarser_klines_sum_in_every_column(get: Get) -> None:
    start = milliseconds(datetime(2026, 3, 2))
    window = {"symbol": "BTCUSDT", "startTime": start, "endTime": start + DAY - 1, "limit": 1000}
    day = ask(get, "klines", interval="1d", **window)
    for interval in ("3m", "5m", "30m", "2h", "6h", "8h", "12h"):
        rows = ask(get, "klines", interval=interval, **window)
        for column in (5, 7, 8, 9, 10):
            total = sum(Decimal(row[column]) for row in rows)
            assert total == Decimal(day[0][column]), (interval, column)
        assert max(Decimal(row[2]) for row in rows) == Decimal(day[0][2])


def test_weeks_begin_on_monday_and_months_on_the_first(get: Get) -> None:
    week = ask(get, "klines", symbol="BTCUSDT", interval="1w", limit=2)[0]
    month = ask(get, "klines", symbol="BTCUSDT", interval="1M", limit=2)[0]
    assert week[0] == milliseconds(datetime(2026, 3, 2))
    assert week[6] == week[0] + 7 * DAY - 1
    assert month[0] == milliseconds(datetime(2026, 2, 1))
    assert month[6] == milliseconds(datetime(2026, 3, 1)) - 1
    days = ask(get, "klines", symbol="BTCUSDT", interval="1d", startTime=week[0], limit=7)
    assert sum(Decimal(row[5]) for row in days) == Decimal(week[5])


def test_the_last_row_is_the_running_bar(exchange: Exchange, get: Get) -> None:
    running = ask(get, "klines", symbol="BTCUSDT", interval="1m", limit=1)[0]
    now = milliseconds(exchange.now())
    assert running[0] <= now <= running[6]
    exchange.advance(timedelta(minutes=1))
    finished = ask(get, "klines", symbol="BTCUSDT", interval="1m", limit=2)[0]
    assert finished[0] == running[0]
    assert Decimal(finished[5]) > Decimal(running[5]) > 0
    assert finished[1] == running[1]


def test_seconds_sum_to_their_minute(get: Get) -> None:
    start = milliseconds(datetime(2026, 3, 11, 14))
    window = {"symbol": "BTCUSDT", "startTime": start, "endTime": start + MINUTE - 1}
    seconds = ask(get, "klines", interval="1s", **window)
    minute = ask(get, "klines", interval="1m", **window)[0]
    assert len(seconds) == 60
    assert sum(Decimal(row[5]) for row in seconds) == Decimal(minute[5])
    assert max(Decimal(row[2]) for row in seconds) == Decimal(minute[2])


def test_a_minute_without_trades_is_a_flat_bar(get: Get) -> None:
    rows = ask(get, "klines", symbol="BNBBTC", interval="1m", limit=500)
    empty = [place for place, row in enumerate(rows) if row[8] == 0]
    assert 5 < len(empty) < 80
    for place in empty:
        assert rows[place][1] == rows[place][2] == rows[place][3] == rows[place][4]
        assert Decimal(rows[place][5]) == 0
        assert place == 0 or rows[place][1] == rows[place - 1][4]
    assert [row[0] for row in rows] == list(range(rows[0][0], rows[-1][0] + 1, MINUTE))


def test_start_alone_gives_the_oldest_and_end_alone_the_newest(get: Get) -> None:
    start = milliseconds(datetime(2026, 3, 1))
    oldest = ask(get, "klines", symbol="BTCUSDT", interval="1h", startTime=start, limit=3)
    newest = ask(get, "klines", symbol="BTCUSDT", interval="1h", endTime=start, limit=3)
    assert [row[0] for row in oldest] == [start, start + HOUR, start + 2 * HOUR]
    assert [row[0] for row in newest] == [start - 2 * HOUR, start - HOUR, start]


def test_before_the_listing_there_is_nothing(get: Get) -> None:
    window = {"startTime": 0, "endTime": milliseconds(datetime(2015, 1, 1))}
    assert ask(get, "klines", symbol="BTCUSDT", interval="1d", **window) == []
    first = ask(get, "klines", symbol="BTCUSDT", interval="1d", startTime=0, limit=1)
    assert first[0][0] == milliseconds(datetime(2017, 8, 17))


def test_trades_of_a_minute_are_its_bar(get: Get) -> None:
    start = milliseconds(datetime(2026, 3, 11, 14))
    window = {"symbol": "BTCUSDT", "startTime": start, "endTime": start + MINUTE - 1}
    bar = ask(get, "klines", interval="1m", **window)[0]
    pairs = ask(get, "aggTrades", limit=1000, **window)
    trades = ask(
        get, "historicalTrades", symbol="BTCUSDT", fromId=pairs[0]["f"],
        limit=pairs[-1]["l"] - pairs[0]["f"] + 1,
    )  # fmt: skip
    assert len(trades) == bar[8]
    for quantities in ([one["q"] for one in pairs], [one["qty"] for one in trades]):
        assert sum(map(Decimal, quantities)) == Decimal(bar[5])
    assert sum(Decimal(one["quoteQty"]) for one in trades) == Decimal(bar[7])
    prices = [Decimal(one["price"]) for one in trades]
    assert (prices[0], max(prices), min(prices), prices[-1]) == tuple(
        Decimal(value) for value in bar[1:5]
    )
    bought = sum(Decimal(one["qty"]) for one in trades if not one["isBuyerMaker"])
    assert bought == Decimal(bar[9])
    assert all(start <= one["time"] < start + MINUTE for one in trades)


def test_trade_ids_follow_each_other_across_midnight(get: Get) -> None:
    midnight = milliseconds(datetime(2026, 3, 11))
    pairs = ask(
        get, "aggTrades", symbol="ETHUSDT", startTime=midnight - 2 * MINUTE,
        endTime=midnight + 2 * MINUTE, limit=1000,
    )  # fmt: skip
    ids = [one["a"] for one in pairs]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert all(one["l"] + 1 == next_["f"] for one, next_ in pairwise(pairs))
    assert pairs[0]["T"] < midnight <= pairs[-1]["T"]


def test_no_trade_comes_from_the_future(exchange: Exchange, get: Get) -> None:
    exchange.set_clock(datetime(2026, 3, 11, 15, 0, 20))
    newest = ask(get, "trades", symbol="BTCUSDT", limit=5)
    assert newest[-1]["time"] <= milliseconds(exchange.now())
    kline = ask(get, "klines", symbol="BTCUSDT", interval="1m", limit=1)[0]
    assert kline[4] == newest[-1]["price"]


def test_the_book_stands_around_the_last_price(get: Get) -> None:
    book = ask(get, "depth", symbol="BTCUSDT", limit=20)
    best = ask(get, "ticker/bookTicker", symbol="BTCUSDT")
    last = ask(get, "ticker/price", symbol="BTCUSDT")["price"]
    bids = [Decimal(price) for price, _ in book["bids"]]
    asks = [Decimal(price) for price, _ in book["asks"]]
    assert bids == sorted(bids, reverse=True)
    assert asks == sorted(asks)
    assert bids[0] == Decimal(best["bidPrice"]) <= Decimal(last) < asks[0]
    assert len(bids) == len(asks) == 20


def test_the_rolling_day_sums_its_minutes(exchange: Exchange, get: Get) -> None:
    exchange.set_clock(datetime(2026, 3, 11, 15))
    ticker = ask(get, "ticker/24hr", symbol="BTCUSDT")
    rows = ask(get, "klines", symbol="BTCUSDT", interval="15m", limit=96)
    assert Decimal(ticker["volume"]) == sum(Decimal(row[5]) for row in rows)
    assert (
        ticker["count"] == sum(row[8] for row in rows) == ticker["lastId"] - ticker["firstId"] + 1
    )
    assert (ticker["openPrice"], ticker["lastPrice"]) == (rows[0][1], rows[-1][4])


def test_microseconds_on_request(exchange: Exchange) -> None:
    url = exchange.url + API + "klines?symbol=BTCUSDT&interval=1m&limit=1"
    headers = {"X-MBX-TIME-UNIT": "MICROSECOND"}
    row = requests.get(url, headers=headers, timeout=10).json()[0]
    assert row[0] > 10**15
    assert row[6] == row[0] + 60_000_000 - 1


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("klines?symbol=BTCUSDT", -1102, "'interval'"),
        ("klines?symbol=&interval=1m", -1102, "'symbol'"),
        ("klines?symbol=BTCUSDT&interval=1m&limit=ten", -1100, "'limit'"),
        ("klines?symbol=BTCUSDT&interval=1m&surprise=1", -1101, "expected '2' and received '3'"),
        ("klines?symbol=BTCUSDT&symbol=ETHUSDT&interval=1m", -1101, "Duplicate"),
        ("klines?symbol=BTCUSDT&interval=1h&timeZone=mars", -1130, "'timeZone'"),
        ("klines?symbol=LUNAUSDT&interval=1h", -1121, "Invalid symbol."),
        ("aggTrades?symbol=BTCUSDT&startTime=1770000000000&endTime=1770003600001", -1127, "big"),
        ("aggTrades?symbol=BTCUSDT&startTime=1770000000000&fromId=5", -1128, "fromId"),
        ("ticker/price?symbols=[BTCUSDT]", -1100, "'symbols'"),
        ("ticker/24hr?symbol=BTCUSDT&type=HUGE", -1130, "'type'"),
    ],
)
def test_a_wrong_query_is_refused(get: Get, path: str, code: int, words: str) -> None:
    answer = get(API + path)
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert words in answer.json()["msg"]


@pytest.mark.parametrize(
    ("path", "weight"),
    [
        ("ping", 1),
        ("exchangeInfo", 20),
        ("klines?symbol=BTCUSDT&interval=1m&limit=1", 2),
        ("trades?symbol=BTCUSDT&limit=1", 25),
        ("depth?symbol=BTCUSDT&limit=5", 5),
        ("depth?symbol=BTCUSDT&limit=500", 25),
        ("ticker/24hr", 80),
        ("ticker/24hr?symbols=[%22BTCUSDT%22]", 2),
        ("ticker/price", 4),
    ],
)
def test_each_endpoint_weighs_what_the_table_says(
    exchange: Exchange, get: Get, path: str, weight: int
) -> None:
    assert get(API + path).status_code == 200
    assert exchange.journal()[-1].weight == weight


def test_going_over_the_weight_is_refused_and_going_on_is_banned() -> None:
    with Exchange() as exchange:
        exchange.limits.binance_weight_per_minute = 50
        url = exchange.url + API + "trades?symbol=BTCUSDT&limit=1"
        answers = [requests.get(url, timeout=10) for _ in range(7)]
        exchange.limits.enforced = False
        freed = requests.get(url, timeout=10)
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429, 429, 418, 418]
    assert answers[1].headers["X-MBX-USED-WEIGHT-1M"] == "50"
    assert answers[2].json()["code"] == -1003
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 61
    assert "banned until" in answers[5].json()["msg"]
    assert int(answers[5].headers["Retry-After"]) == 120
    assert freed.status_code == 200
