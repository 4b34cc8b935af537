"""Massive's bars against the sandbox exchange: their stamps, hours and windows, and bad rows."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from massive_asking import CLOSE, DAYS, KEY, OPEN, about, days, fault, minutes
from provider_runs import context_for, massive_bars, run

from extract import massive
from extract.context import FetchContext
from extract.massive import cells
from sandbox import Exchange


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", KEY)


@pytest.mark.parametrize("interval", ["1m", "5m", "15m"])
def test_bars_are_the_exchanges_own_as_traded(
    exchange: Exchange, context: FetchContext, interval: str
) -> None:
    landed = run(massive, [massive_bars("TSM", interval, OPEN, CLOSE)], context)
    rows = landed.tables["massive_bars"]
    truth = exchange.truth.bars("TSM", interval, OPEN, CLOSE)
    assert [row["stamped_at"] for row in rows] == [bar.opened_at for bar in truth]
    assert [row["close"] for row in rows] == [bar.close for bar in truth]
    assert [row["volume"] for row in rows] == [bar.volume for bar in truth]


def test_days_are_as_traded_though_a_split_came_since(
    exchange: Exchange, context: FetchContext
) -> None:
    window = (datetime(2026, 2, 12), datetime(2026, 2, 20))
    landed = run(massive, [massive_bars("TSM", "1d", *window)], context)
    truth = exchange.truth.bars("TSM", "1d", *window)
    assert [row["close"] for row in landed.tables["massive_bars"]] == [bar.close for bar in truth]
    assert {row["is_adjusted"] for row in landed.tables["massive_bars"]} == {False}
    assert exchange.journal()[0].query["adjusted"] == "false"


def test_a_day_is_stamped_with_new_yorks_midnight_in_winter_and_in_summer(
    context: FetchContext,
) -> None:
    rows = run(massive, [days()], context).tables["massive_bars"]
    assert [(row["stamped_at"].day, row["stamped_at"].hour) for row in rows] == [
        (5, 5),
        (6, 5),
        (9, 4),
        (10, 4),
    ]


def test_days_are_asked_by_their_dates_and_minutes_by_milliseconds(
    exchange: Exchange, context: FetchContext
) -> None:
    session = massive_bars("AAPL", "1d", OPEN, CLOSE)
    landed = run(massive, [session, minutes()], context)
    paths = [record.path.split("/range/")[1] for record in exchange.journal()]
    first = (OPEN - cells.EPOCH) // timedelta(milliseconds=1)
    assert paths == ["1/day/2026-03-10/2026-03-10", f"1/minute/{first}/{first + 3_599_999}"]
    assert {record.query["limit"] for record in exchange.journal()} == {"50000"}
    assert len(landed.tables["massive_bars"]) == 61


def test_minutes_before_and_after_hours_are_told_of_and_not_landed(
    context: FetchContext,
) -> None:
    """The window runs over two nights, as windows of sessions next to each other do."""
    opened = datetime(2026, 3, 6, 14, 30)
    landed = run(massive, [massive_bars("AAPL", "15m", opened, CLOSE)], context)
    hours = {row["stamped_at"].strftime("%H:%M") for row in landed.tables["massive_bars"]}
    assert min(hours) == "13:30"
    assert max(hours) == "20:45"
    (request,) = landed.requests
    assert request["row_count"] == len(landed.tables["massive_bars"]) == 3 * 26
    assert request["detail"] == "12 bars outside of regular hours left out"


def test_an_early_close_ends_the_regular_hours(exchange: Exchange, context: FetchContext) -> None:
    opened = datetime(2025, 11, 28, 14, 30)
    window = (opened, opened + timedelta(hours=6.5))
    rows = run(massive, [massive_bars("AAPL", "1m", *window)], context).tables["massive_bars"]
    assert len(rows) == 210
    assert rows[-1]["stamped_at"] == datetime(2025, 11, 28, 17, 59)


def test_a_minute_without_a_trade_has_no_bar(context: FetchContext) -> None:
    window = (datetime(2026, 3, 9, 14, 0), datetime(2026, 3, 9, 16, 0))
    rows = run(massive, [massive_bars("AMD", "1m", *window)], context).tables["massive_bars"]
    assert len(rows) == 60


def test_an_hour_of_the_clock_is_no_hour_of_ours(exchange: Exchange, context: FetchContext) -> None:
    assert massive.chunks("1h", OPEN, CLOSE, CLOSE) == []
    landed = run(massive, [massive_bars("AAPL", "1h", OPEN, CLOSE)], context)
    assert landed.outcomes == ["malformed"]
    assert exchange.journal() == []


def test_a_running_bar_is_not_landed(exchange: Exchange, context: FetchContext) -> None:
    today = (datetime(2026, 3, 11, 13, 30), datetime(2026, 3, 11, 20))
    items = [massive_bars("AAPL", interval, *today) for interval in ("1d", "15m")]
    exchange.set_clock(datetime(2026, 3, 11, 15, 7))
    rows = run(massive, items, context).tables["massive_bars"]
    assert [row["interval"] for row in rows] == ["15m"] * 6


def test_an_index_has_no_volume(context: FetchContext) -> None:
    rows = run(massive, [days("I:SPX"), days("I:COMP")], context).tables["massive_bars"]
    assert len(rows) == 8
    assert {(row["volume"], row["vwap"], row["trade_count"]) for row in rows} == {(None,) * 3}


def test_a_ticker_that_nobody_has_is_an_empty_answer(context: FetchContext) -> None:
    landed = run(massive, [days("NOPE")], context)
    assert [one["outcome"] for one in landed.requests] == ["empty"]
    assert landed.outcomes == []


def test_a_ticker_that_looks_like_nothing_is_one(exchange: Exchange, context: FetchContext) -> None:
    exchange.set_clock(datetime(2026, 3, 11, 15))
    rows = run(massive, [days("NA"), days("TRUE"), days("1E5")], context).tables["massive_bars"]
    assert {row["symbol"] for row in rows} == {"NA", "TRUE", "1E5"}


@pytest.mark.parametrize("symbol", ["", "A&limit=1", "../v3", "X:BTCUSD", "A/B", "A?x=1", " A"])
def test_what_cannot_be_a_ticker_is_never_sent(
    exchange: Exchange, context: FetchContext, symbol: str
) -> None:
    landed = run(massive, [days(symbol), about("tickers", symbol)], context)
    assert landed.outcomes == ["unknown_symbol"] * 2
    assert exchange.journal() == []


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"text_number": {}}, "c is not a number: 'n/a'"),
        ({"nan": {}}, "c is not a number: nan"),
        ({"negative": {}}, "c is negative"),
        ({"off_grid": {}}, "t is off the grid"),
        ({"future_ts": {}}, "t lies in the future"),
        ({"bad_value": {"field": "opened_at", "value": 1773149400}}, "t is not a time in milli"),
        ({"bad_value": {"field": "opened_at", "value": 1773149400000000000}}, "t is not a time"),
        ({"bad_value": {"field": "open", "value": None}}, "o is missing"),
        ({"bad_value": {"field": "high", "value": 99999999999}}, "h is too large"),
        ({"bad_value": {"field": "low", "value": True}}, "l is not a number"),
        ({"bad_value": {"field": "n", "value": 1.5}}, "n is not a whole number"),
        ({"bad_value": {"field": "volume", "value": -5}}, "v is negative"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_others_are_landed(
    exchange: Exchange, context: FetchContext, damage: dict[str, Any], reason: str
) -> None:
    fault(exchange, damage)
    landed = run(massive, [minutes()], context)
    assert [one["reason"][: len(reason)] for one in landed.rejected] == [reason]
    assert json.loads(landed.rejected[0]["payload"]).keys() >= {"t", "o", "c"}
    assert len(landed.tables["massive_bars"]) == 59
    assert landed.requests[0]["row_count"] == 60


@pytest.mark.parametrize(
    "damage", [{"extra_field": "otc2"}, {"drop_field": "vw"}, {"shuffle": True}]
)
def test_what_a_bar_may_have_or_lack_does_no_harm(
    exchange: Exchange, context: FetchContext, damage: dict[str, Any]
) -> None:
    fault(exchange, damage)
    landed = run(massive, [minutes()], context)
    assert len(landed.tables["massive_bars"]) == 60
    assert landed.rejected == []


def test_an_answer_about_another_ticker_is_refused(
    exchange: Exchange, context: FetchContext
) -> None:
    """AAp and AAP are two companies."""
    fault(exchange, {"wrong_symbol": "AAPl"})
    landed = run(massive, [minutes()], context)
    assert landed.outcomes == ["malformed"]
    assert not landed.tables["massive_bars"]


def test_chunks_are_pages_of_base_bars() -> None:
    start = datetime(2026, 1, 1)
    pieces = massive.chunks("5m", start, start + timedelta(days=70), DAYS[1])
    assert [end - begin for begin, end in pieces] == [timedelta(days=n) for n in (30, 30, 10)]
    assert len(massive.chunks("1d", start - timedelta(days=700), start, DAYS[1])) == 1
