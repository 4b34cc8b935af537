"""Binance through python-binance against the sandbox exchange."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
from machine_time import SleepyMachine
from provider_runs import Landed, binance_bars, context_for, run

from extract import binance
from extract.binance import cells
from extract.binance.windows import chunks
from extract.context import FetchContext
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock

NOW = datetime(2026, 3, 11, 15, 0, 20)
HOUR = (datetime(2026, 3, 11, 14), datetime(2026, 3, 11, 15))


@pytest.fixture(autouse=True)
def _in_the_middle_of_a_minute(exchange: Exchange) -> None:
    exchange.set_clock(NOW)


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/binance")


def fault(exchange: Exchange, do: Any, path: str = "klines", **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "binance", "path": path, **match}, "do": do})


def hour() -> WorkItem:
    return binance_bars("BTCUSDT", "1m", *HOUR)


@pytest.mark.parametrize(
    ("interval", "start"),
    [("1m", HOUR[0]), ("5m", HOUR[0]), ("15m", HOUR[0]), ("1h", HOUR[0])],
)
def test_bars_are_the_exchanges_own_to_the_last_digit(
    exchange: Exchange, context: FetchContext, interval: str, start: datetime
) -> None:
    landed = run(binance, [binance_bars("BTCUSDT", interval, start, HOUR[1])], context)
    rows = landed.tables["binance_bars"]
    truth = exchange.truth.bars("BTCUSDT", interval, start, HOUR[1])
    assert [row["opened_at"] for row in rows] == [bar.opened_at for bar in truth]
    assert [row["close"] for row in rows] == [bar.close for bar in truth]
    assert [row["volume"] for row in rows] == [bar.volume for bar in truth]
    assert all(isinstance(row["close"], Decimal) for row in rows)


def test_pages_follow_each_other_and_each_answers_its_part(
    exchange: Exchange, context: FetchContext
) -> None:
    start, end = datetime(2026, 3, 9), datetime(2026, 3, 10, 12)
    landed = run(binance, [binance_bars("BTCUSDT", "1m", start, end)], context)
    stamps = [row["opened_at"] for row in landed.tables["binance_bars"]]
    assert stamps == [start + timedelta(minutes=n) for n in range(2160)]
    windows = [(one["window_start"], one["window_end"]) for one in landed.requests]
    assert windows[0][0] == start
    assert windows[-1][1] == end
    assert [after for _, after in windows[:-1]] == [before for before, _ in windows[1:]]
    assert [one["row_count"] for one in landed.requests] == [1000, 1000, 160]
    by_request = {row["request_id"] for row in landed.tables["binance_bars"]}
    assert by_request == {one["request_id"] for one in landed.requests}


def test_the_running_bar_is_never_landed(exchange: Exchange, context: FetchContext) -> None:
    window = (datetime(2026, 3, 11, 14, 58), datetime(2026, 3, 11, 15, 1))
    item = binance_bars("BTCUSDT", "1m", *window)
    landed = run(binance, [item], context)
    assert [row["opened_at"].minute for row in landed.tables["binance_bars"]] == [58, 59]
    assert landed.rejected == []


def test_a_window_before_the_listing_is_empty(exchange: Exchange, context: FetchContext) -> None:
    item = binance_bars("SOLUSDT", "1d", datetime(2019, 1, 1), datetime(2019, 2, 1))
    landed = run(binance, [item], context)
    assert landed.requests[0]["outcome"] == "empty"
    assert landed.outcomes == []


def test_trades_and_book_tickers_are_landed(exchange: Exchange, context: FetchContext) -> None:
    items = [
        WorkItem("binance", "trades", ("BTCUSDT",), "snapshot", 401),
        WorkItem("binance", "book_tickers", ("BTCUSDT", "ETHUSDT"), "snapshot"),
    ]
    landed = run(binance, items, context)
    trades = landed.tables["binance_trades"]
    assert len(trades) == 1000
    assert [row["trade_id"] for row in trades] == sorted(row["trade_id"] for row in trades)
    books = landed.tables["binance_book_tickers"]
    assert [row["symbol"] for row in books] == ["BTCUSDT", "ETHUSDT"]
    assert all(row["bid_price"] < row["ask_price"] for row in books)
    assert [one["window_start"] for one in landed.requests] == [None, None]


def test_one_unknown_symbol_does_not_cost_the_others_their_book(
    exchange: Exchange, context: FetchContext
) -> None:
    item = WorkItem("binance", "book_tickers", ("BTCUSDT", "NOPE", "ETHUSDT"), "snapshot")
    landed = run(binance, [item], context)
    books = landed.tables["binance_book_tickers"]
    assert [row["symbol"] for row in books] == ["BTCUSDT", "ETHUSDT"]
    assert landed.outcomes == ["unknown_symbol"]
    assert "NOPE" in landed.context.failures[0].detail


def test_no_key_is_ever_sent(exchange: Exchange, context: FetchContext) -> None:
    run(binance, [hour()], context)
    assert {record.secret_headers for record in exchange.journal()} == {()}


def test_nothing_but_the_windows_is_asked_for(exchange: Exchange, context: FetchContext) -> None:
    run(binance, [hour()], context)
    assert [record.path for record in exchange.journal()] == ["/api/v3/klines"]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"text_number": {}}, "close is not a number: 'n/a'"),
        ({"nan": {}}, "close is not a number: 'NaN'"),
        ({"off_grid": {}}, "the open time is off the grid"),
        ({"future_ts": {}}, "the open time lies in the future"),
        ({"bad_value": {"field": "open", "value": "1,234.5"}}, "open is not a number"),
        ({"bad_value": {"field": "high", "value": "99999999999"}}, "high is too large"),
        ({"bad_value": {"field": "low", "value": "0.123456789"}}, "low has more than 8 decimals"),
        ({"bad_value": {"field": "volume", "value": None}}, "volume is not a number"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_others_are_landed(
    exchange: Exchange, context: FetchContext, damage: dict[str, Any], reason: str
) -> None:
    fault(exchange, damage)
    landed = run(binance, [hour()], context)
    assert len(landed.rejected) == 1
    assert landed.rejected[0]["reason"].startswith(reason)
    assert landed.rejected[0]["payload"].startswith("[")
    assert len(landed.tables["binance_bars"]) == 59
    assert landed.requests[0]["row_count"] == 60


def test_rows_in_disorder_are_the_same_bars(exchange: Exchange, context: FetchContext) -> None:
    whole = run(binance, [hour()], context).tables["binance_bars"]
    fault(exchange, {"shuffle": True})
    again = run(binance, [hour()], context).tables["binance_bars"]
    assert sorted(row["opened_at"] for row in again) == [row["opened_at"] for row in whole]


def test_a_page_that_leads_nowhere_is_not_followed_for_ever(
    exchange: Exchange, context: FetchContext
) -> None:
    start, end = datetime(2026, 3, 8), datetime(2026, 3, 11)
    first = run(binance, [binance_bars("BTCUSDT", "1m", start, end)], context)
    assert len(first.requests) == 5
    opens = [1772000000000 + n * 60000 for n in range(1000)]
    rows = [[at, *["1"] * 5, at + 59999, "1", 1, "1", "1", "0"] for at in opens]
    fault(exchange, {"body": rows}, nth={"from": 2})
    landed = run(binance, [binance_bars("BTCUSDT", "1m", start, end)], context)
    assert landed.outcomes == ["malformed"]
    assert len(landed.requests) == 2
    assert len(landed.tables["binance_bars"]) == 1000


@pytest.mark.parametrize(
    ("do", "outcome", "calls"),
    [
        ({"status": 429, "body": {"code": -1003, "msg": "x"}}, "throttled", 3),
        ({"status": 503, "body": {"code": -1008, "msg": "x"}}, "unavailable", 3),
        ({"status": 400, "body": {"code": -1121, "msg": "Invalid symbol."}}, "unknown_symbol", 1),
        ({"status": 400, "body": {"code": -1120, "msg": "Invalid interval."}}, "malformed", 1),
        ({"status": 400, "body": {"code": -1102, "msg": "Mandatory"}}, "malformed", 1),
        ("451", "blocked", 1),
        ("403_firewall", "blocked", 1),
        ("418", "blocked", 1),
        ("junk_json", "malformed", 2),
        ("html_page", "malformed", 2),
        ({"body": {"code": 0}}, "malformed", 1),
    ],
)
def test_refusals_have_their_outcome(
    exchange: Exchange, context: FetchContext, do: Any, outcome: str, calls: int
) -> None:
    fault(exchange, do)
    landed = run(binance, [hour()], context)
    assert landed.outcomes == [outcome]
    assert [one["outcome"] for one in landed.requests][-1] == outcome
    assert len(landed.requests) == calls


def test_after_a_ban_nothing_more_is_asked_until_its_end(
    exchange: Exchange, tmp_path: Path
) -> None:
    fault(exchange, "418", nth={"first": 1})
    base = exchange.url + "/binance"
    landed = run(binance, [hour(), hour()], context_for(tmp_path, base))
    later = run(binance, [hour()], context_for(tmp_path, base))
    assert landed.outcomes == ["blocked", "blocked"]
    assert later.outcomes == ["blocked"]
    assert len(exchange.journal()) == 1
    assert "until" in later.context.failures[0].detail


def test_the_end_of_a_ban_is_read_from_its_text(exchange: Exchange, tmp_path: Path) -> None:
    until = (clock.system_now() + timedelta(hours=2) - datetime(1970, 1, 1)) // timedelta(
        milliseconds=1
    )
    body = {"code": -1003, "msg": f"Way too much request weight used; IP banned until {until}."}
    fault(exchange, {"status": 418, "body": body}, nth={"first": 1})
    base = exchange.url + "/binance"
    run(binance, [hour()], context_for(tmp_path, base))
    assert run(binance, [hour()], context_for(tmp_path, base)).outcomes == ["blocked"]


def test_used_weight_is_believed_and_the_next_minute_awaited(
    exchange: Exchange, tmp_path: Path
) -> None:
    machine = SleepyMachine()
    clock.live_by(machine)
    base = exchange.url + "/binance"
    context = context_for(tmp_path, base, weight_per_minute=60)
    for symbol in ("BTCUSDT", "ETHUSDT"):
        # Another program behind the same address.
        requests.get(base + "/api/v3/trades", params={"symbol": symbol}, timeout=10)
    run(binance, [hour()], context)
    assert machine.slept == []
    run(binance, [WorkItem("binance", "trades", ("BTCUSDT",), "test", 1)], context)
    assert sum(machine.slept) == 60


def cell(value: object) -> Decimal:
    return cells.price(value, "price")


def test_texts_become_decimals_with_nothing_lost() -> None:
    assert cell("78189.20000000") == Decimal("78189.2")
    assert cell("0.00000001") == Decimal("1e-8")
    assert cell("9999999999.99999999") == Decimal("9999999999.99999999")
    assert cell(5) == 5
    assert cell(0.1) == Decimal("0.1")


@pytest.mark.parametrize(
    "value",
    ["", "-", "None", "NaN", "Infinity", "1e400", "10000000000", "1_000", " 1", True, None, [], {}],
)
def test_what_is_no_price_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="price is"):
        cell(value)


@pytest.mark.parametrize("stamp", [1772000000, 1772000000000000, -5, "1772000000000", 1.5, True])
def test_a_time_in_another_unit_is_refused(stamp: object) -> None:
    with pytest.raises(ValueError, match="time is not"):
        cells.moment(stamp, "time")


def test_chunks_are_pages() -> None:
    start = datetime(2026, 3, 1)
    pieces = chunks("1m", start, start + timedelta(days=2), NOW)
    assert [(end - begin) // timedelta(minutes=1) for begin, end in pieces] == [1000, 1000, 880]
    assert pieces[0][0] == start
    assert all(one[1] == two[0] for one, two in itertools.pairwise(pieces))


def test_a_symbol_that_is_none_of_binances_is_never_sent(
    exchange: Exchange, context: FetchContext
) -> None:
    odd = [binance_bars(symbol, "1m", *HOUR) for symbol in ("btcusdt", "A&limit=5", "")]
    landed: Landed = run(binance, odd, context)
    assert landed.outcomes == ["unknown_symbol"] * 3
    assert exchange.journal() == []


@pytest.mark.parametrize("interval", ["1M", "1mo", "3m", None])
def test_a_month_is_never_taken_for_a_minute(
    exchange: Exchange, context: FetchContext, interval: str | None
) -> None:
    item = WorkItem("binance", "bars", ("BTCUSDT",), "test", 1, interval, *HOUR)
    landed = run(binance, [item], context)
    assert landed.outcomes == ["malformed"]
    assert f"no such interval: {interval!r}" in landed.context.failures[0].detail
    assert exchange.journal() == []
