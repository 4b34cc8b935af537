"""Massive against the sandbox exchange: every quirk that is known of it."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from machine_time import SleepyMachine
from provider_runs import Landed, context_for, massive_bars, run

from extract import massive
from extract.context import FetchContext
from extract.massive import cells
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock

KEY = "paid-key-never-to-be-seen"
FREE = "a-key-without-a-plan"
OPEN, CLOSE = datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20)
DAYS = (datetime(2026, 3, 5), datetime(2026, 3, 11))
TICKS = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 13, 31))


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", KEY)


@pytest.fixture
def free(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", FREE)


def fault(exchange: Exchange, do: Any, path: str = "aggs", **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "massive", "path": path, **match}, "do": do})


def minutes(symbol: str = "AAPL", interval: str = "1m") -> WorkItem:
    return massive_bars(symbol, interval, OPEN, OPEN + timedelta(hours=1))


def days(symbol: str = "AAPL") -> WorkItem:
    return massive_bars(symbol, "1d", *DAYS)


def ticks(endpoint: str, symbol: str = "AAPL") -> WorkItem:
    return WorkItem("massive", endpoint, (symbol,), "asked", 1, start=TICKS[0], end=TICKS[1])


def about(endpoint: str, symbol: str) -> WorkItem:
    return WorkItem("massive", endpoint, (symbol,), "missing", 1)


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


@pytest.mark.parametrize(
    ("do", "outcome", "calls"),
    [
        ({"status": 429, "body": {"status": "ERROR", "error": "You've exceeded"}}, "throttled", 3),
        ({"status": 429, "body": ""}, "throttled", 3),
        ({"status": 401, "body": {"status": "ERROR", "error": "Unknown"}}, "unauthorised", 1),
        ({"status": 403, "body": {"status": "NOT_AUTHORIZED", "message": "x"}}, "out_of_range", 1),
        ("403_firewall", "blocked", 1),
        ({"status": 404, "body": {"status": "NOT_FOUND", "message": "x"}}, "unknown_symbol", 1),
        ({"status": 404, "body": "404 page not found"}, "malformed", 1),
        ({"status": 400, "body": {"status": "ERROR", "error": "Failed to parse"}}, "malformed", 1),
        ({"status": 499, "body": ""}, "unavailable", 3),
        ({"status": 504, "body": "<html>"}, "unavailable", 3),
        ("junk_json", "malformed", 2),
        ("html_page", "malformed", 2),
        ({"body": {"status": "ERROR", "error": "of another kind"}}, "malformed", 2),
        ({"body": {"results": {"t": 1}, "status": "OK"}}, "malformed", 1),
        ({"body": [1, 2]}, "malformed", 1),
    ],
)
def test_refusals_have_their_outcome(
    exchange: Exchange, context: FetchContext, do: Any, outcome: str, calls: int
) -> None:
    fault(exchange, do)
    landed = run(massive, [minutes()], context)
    assert landed.outcomes == [outcome]
    assert landed.requests[-1]["outcome"] == outcome
    assert len(landed.requests) == calls


@pytest.mark.parametrize(
    "body",
    [
        {"ticker": "AAPL", "status": "OK", "resultsCount": 0},
        {"ticker": "AAPL", "status": "DELAYED", "results": []},
        {"results": None},
        {},
    ],
)
def test_an_answer_without_results_is_empty(
    exchange: Exchange, context: FetchContext, body: dict[str, Any]
) -> None:
    fault(exchange, {"body": body})
    landed = run(massive, [minutes()], context)
    assert [one["outcome"] for one in landed.requests] == ["empty"]
    assert (landed.requests[0]["window_start"], landed.outcomes) == (OPEN, [])


def test_no_retry_after_comes_so_a_minutes_worth_of_calls_is_waited_for(
    exchange: Exchange, tmp_path: Path
) -> None:
    machine = SleepyMachine()
    clock.live_by(machine)
    fault(exchange, {"status": 429, "body": ""}, nth={"first": 1})
    free = context_for(tmp_path, exchange.url + "/massive", KEY, plan="free", max_wait_seconds=120)
    landed = run(massive, [minutes()], free)
    assert landed.outcomes == []
    assert 60 <= sum(machine.slept) <= 63


def test_a_free_key_is_refused_what_it_has_not_and_is_asked_once_for_it(
    exchange: Exchange, free: FetchContext
) -> None:
    landed = run(massive, [ticks("trades"), ticks("trades", "AMD"), minutes()], free)
    assert landed.outcomes == ["out_of_range"] * 2
    assert "not entitled" in free.failures[0].detail
    assert len(exchange.journal()) == 2
    assert len(landed.tables["massive_bars"]) == 60


def test_today_and_times_long_past_are_refused_alone(
    exchange: Exchange, free: FetchContext
) -> None:
    today = (datetime(2026, 3, 11, 13, 30), datetime(2026, 3, 11, 14))
    old = (datetime(2023, 3, 1), datetime(2023, 3, 3))
    items = [massive_bars("AAPL", "15m", *today), massive_bars("AMD", "15m", *today)]
    items += [massive_bars("AAPL", "1d", *old), massive_bars("AMD", "1d", *old), days()]
    landed = run(massive, items, free)
    assert landed.outcomes == ["out_of_range"] * 4
    assert [failure.detail[:9] for failure in free.failures] == ["HTTP 403:", "not asked"] * 2
    assert len(landed.tables["massive_bars"]) == 4
    assert len(exchange.journal()) == 3


def test_an_index_outside_of_the_plan_does_not_cost_the_stocks(
    exchange: Exchange, context: FetchContext
) -> None:
    body = {"status": "NOT_AUTHORIZED", "message": "You are not entitled to this data."}
    fault(exchange, {"status": 403, "body": body}, symbol="I:SPX")
    landed = run(massive, [days("I:SPX"), days("I:DJI"), days("AAPL")], context)
    assert landed.outcomes == ["out_of_range"] * 2
    assert len(landed.tables["massive_bars"]) == 4


def test_without_a_key_or_with_a_wrong_one_nothing_more_is_asked(
    exchange: Exchange, tmp_path: Path
) -> None:
    base = exchange.url + "/massive"
    assert (
        run(massive, [days(), minutes()], context_for(tmp_path, base)).outcomes
        == ["unauthorised"] * 2
    )
    assert exchange.journal() == []
    wrong = run(massive, [days(), minutes()], context_for(tmp_path, base, "unknown-key"))
    assert wrong.outcomes == ["unauthorised"] * 2
    assert len(exchange.journal()) == 1
    assert "Unknown API Key" in wrong.context.failures[0].detail


def test_the_key_travels_in_a_header_and_shows_nowhere(
    exchange: Exchange, context: FetchContext, caplog: pytest.LogCaptureFixture
) -> None:
    echo = {"status": 400, "body": {"status": "ERROR", "error": f"bad header: Bearer {KEY}"}}
    fault(exchange, echo, path="AMD")
    landed = run(massive, [days(), ticks("trades"), days("AMD")], context)
    assert landed.outcomes == ["malformed"]
    for record in exchange.journal():
        assert KEY not in str(record.query)
        assert "Authorization" in record.secret_headers
    assert KEY not in json.dumps(landed.requests + landed.rejected, default=str)
    assert KEY not in repr(context) + str(context.failures) + caplog.text


def test_a_key_that_was_copied_with_its_line_end_is_the_same_key(
    exchange: Exchange, tmp_path: Path
) -> None:
    base = exchange.url + "/massive"
    assert run(massive, [days()], context_for(tmp_path, base, f" {KEY}\n")).outcomes == []
    assert run(massive, [days()], context_for(tmp_path, base, " \n")).outcomes == ["unauthorised"]


def trade_sum(landed: Landed) -> tuple[Decimal, int]:
    rows = landed.tables["massive_trades"]
    return sum((row["size"] for row in rows), Decimal(0)), len(rows)


def test_trades_add_up_to_the_minute_and_keep_their_nanoseconds(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(massive, [ticks("trades")], context)
    rows = landed.tables["massive_trades"]
    (bar,) = exchange.truth.bars("AAPL", "1m", *TICKS)
    assert trade_sum(landed)[0] == bar.volume
    stamps = [row["sip_timestamp_ns"] for row in rows]
    assert stamps == sorted(stamps)
    assert any(int(float(stamp)) != stamp for stamp in stamps)
    assert exchange.journal()[0].query["order"] == "asc"
    assert any(row["conditions"] == "12,37" for row in rows)
    assert any(row["conditions"] is None for row in rows)
    keys = {(row["trade_id"], row["exchange_id"], row["trf_id"]) for row in rows}
    assert len({row["trade_id"] for row in rows}) < len(keys) == len(rows)


def test_without_a_window_the_newest_trades_and_quotes_come_in_one_page(
    exchange: Exchange, context: FetchContext
) -> None:
    items = [about("trades", "AAPL"), about("quotes", "AAPL")]
    landed = run(massive, items, context)
    assert len(landed.tables["massive_trades"]) == len(landed.tables["massive_quotes"]) == 1000
    assert len(exchange.journal()) == 2


def test_quotes_keep_a_side_without_a_price_as_it_was_given(context: FetchContext) -> None:
    rows = run(massive, [about("quotes", "AAPL")], context).tables["massive_quotes"]
    one_sided = [row for row in rows if row["ask_price"] == 0]
    assert one_sided
    assert {row["conditions"] for row in one_sided} == {"1"}


def test_splits_and_dividends_are_the_exchanges_own(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(massive, [about("splits", "AAPL"), about("dividends", "AAPL")], context)
    splits = [
        (row["execution_date"], row["split_to"] / row["split_from"])
        for row in landed.tables["massive_splits"]
    ]
    assert splits == [(one.ex_date, one.ratio) for one in exchange.truth.splits("AAPL")]
    paid = [(row["ex_date"], row["cash_amount"]) for row in landed.tables["massive_dividends"]]
    truth = [one for one in exchange.truth.dividends("AAPL") if one[0] <= date(2026, 3, 11)]
    assert paid == truth


def test_a_company_without_actions_is_an_empty_answer(context: FetchContext) -> None:
    landed = run(massive, [about("splits", "PLTR"), about("dividends", "PLTR")], context)
    assert [one["outcome"] for one in landed.requests] == ["empty", "empty"]
    assert landed.outcomes == []


def test_a_ticker_that_is_traded_no_more_is_found_among_the_inactive(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(massive, [about("tickers", "TWTR"), about("tickers", "AAPL")], context)
    gone, active = landed.tables["massive_tickers"]
    assert (gone["is_active"], gone["delisted_at"]) == (False, datetime(2022, 10, 28))
    assert (active["is_active"], active["delisted_at"]) == (True, None)
    assert [record.query["active"] for record in exchange.journal()] == ["true", "false", "true"]


def test_rows_of_others_are_set_aside(exchange: Exchange, context: FetchContext) -> None:
    row = {"ticker": "AAp", "execution_date": "2024-06-10", "split_from": 1, "split_to": 2}
    right = {**row, "ticker": "AAPL"}
    rows = [row, right, {**right, "split_from": 0}, {**right, "execution_date": "10/06/2024"}, 7]
    fault(exchange, {"body": {"results": rows}}, path="splits")
    landed = run(massive, [about("splits", "AAPL")], context)
    assert len(landed.tables["massive_splits"]) == 1
    assert [one["reason"] for one in landed.rejected] == [
        "not asked for: 'AAp'",
        "a split of nothing",
        "execution_date is not a date: '10/06/2024'",
        "not an object: 7",
    ]


def test_status_and_holidays_are_those_of_the_market(context: FetchContext) -> None:
    items = [
        WorkItem("massive", one, (), "missing") for one in ("market_status", "market_holidays")
    ]
    landed = run(massive, items, context)
    (status,) = landed.tables["massive_market_status"]
    assert (status["market"], status["server_at"]) == ("open", datetime(2026, 3, 11, 15))
    holidays = landed.tables["massive_market_holidays"]
    assert {row["exchange"] for row in holidays} == {"NYSE", "NASDAQ"}
    early = [row for row in holidays if row["status"] == "early-close"]
    assert (early[0]["opens_at"], early[0]["closes_at"]) == (
        datetime(2026, 11, 27, 14, 30),
        datetime(2026, 11, 27, 18),
    )
    assert {row["closes_at"] for row in holidays if row["status"] == "closed"} == {None}


def test_holidays_that_are_no_list_are_refused(exchange: Exchange, context: FetchContext) -> None:
    fault(exchange, {"body": {"results": []}}, path="upcoming")
    landed = run(massive, [WorkItem("massive", "market_holidays", (), "missing")], context)
    assert landed.outcomes == ["malformed"]


def test_chunks_are_pages_of_base_bars() -> None:
    start = datetime(2026, 1, 1)
    pieces = massive.chunks("5m", start, start + timedelta(days=70), DAYS[1])
    assert [end - begin for begin, end in pieces] == [timedelta(days=n) for n in (30, 30, 10)]
    assert len(massive.chunks("1d", start - timedelta(days=700), start, DAYS[1])) == 1
