"""FMP's curve, quotes and actions, what is due when, and a plan that goes on where it stopped."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from planning import Desk
from provider_runs import Landed, context_for, fmp_bars, run

from extract import fmp, universe
from extract.context import FetchContext
from extract.fmp.due import due
from extract.landing import Landing
from extract.ledger.asked import Asked
from extract.ledger.view import View
from extract.plan import Choice, make
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock
from warehouse.folder import DataFolder
from warehouse.provider_settings import FmpSettings
from warehouse.settings import Settings

BONDS = ("month3", "year5", "year10", "year30")
YEAR = (datetime(2025, 3, 3, 14, 30), datetime(2026, 3, 10, 20, 0))
Asking = Callable[..., Landed]


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, f"{exchange.url}/fmp", key="any-key-will-do")


@pytest.fixture
def asked(context: FetchContext) -> Asking:
    return lambda *items: run(fmp, items, context)


def curve_calls(exchange: Exchange) -> list[tuple[date, date]]:
    return [
        (date.fromisoformat(one.query["from"]), date.fromisoformat(one.query["to"]))
        for one in exchange.journal()
        if "treasury" in one.path
    ]


def test_one_call_for_each_ninety_days_serves_all_bonds(exchange: Exchange, asked: Asking) -> None:
    landed = asked(*[fmp_bars(bond, "1d", *YEAR) for bond in BONDS])
    calls = curve_calls(exchange)
    assert len(calls) == 5
    assert all((last - first).days < 90 for first, last in calls)
    days = {row["rate_date"]: row for row in landed.tables["fmp_treasury_rates"]}
    assert len(days) == len(landed.tables["fmp_treasury_rates"]) > 250
    for bond in BONDS:
        own = [row for row in landed.tables["fmp_bars"] if row["symbol"] == bond]
        assert [(row["bar_date"], row["close"]) for row in own] == [
            (day, row[bond]) for day, row in days.items()
        ]
        windows = [
            (one["window_start"], one["window_end"])
            for one in landed.requests
            if one["symbol"] == bond and one["window_start"]
        ]
        assert (windows[0][0], windows[-1][1]) == YEAR
        assert all(one[1] == two[0] for one, two in itertools.pairwise(windows))
    without_call = [one for one in landed.requests if one["attempt"] == 0]
    assert len(without_call) == 20
    assert all(one["detail"].startswith("answered by request 70000") for one in without_call)


def test_yields_are_those_of_the_listed_bonds(exchange: Exchange, asked: Asking) -> None:
    landed = asked(fmp_bars("year10", "1d", *YEAR))
    truth = {bar.opened_at.date(): bar.close for bar in exchange.truth.bars("US10Y", "1d", *YEAR)}
    for row in landed.tables["fmp_bars"]:
        assert row["close"] == pytest.approx(float(truth[row["bar_date"]]), abs=0.0051)
    # The bond market rests on two days on which stocks trade.
    missing = truth.keys() - {row["bar_date"] for row in landed.tables["fmp_bars"]}
    assert missing == {date(2025, 10, 13), date(2025, 11, 11)}


def test_a_tenor_that_did_not_exist_yet_has_no_bar(asked: Asking) -> None:
    old = (datetime(2018, 10, 12, 13, 30), datetime(2018, 10, 17, 20))
    landed = asked(fmp_bars("month2", "1d", *old), fmp_bars("month1", "1d", *old))
    assert [row["month2"] for row in landed.tables["fmp_treasury_rates"]][:2] == [None, None]
    own = [row["bar_date"] for row in landed.tables["fmp_bars"] if row["symbol"] == "month2"]
    assert own == [date(2018, 10, 16), date(2018, 10, 17)]
    assert landed.outcomes == []


def test_a_curve_that_is_silent_for_days_settles_nothing(exchange: Exchange, asked: Asking) -> None:
    exchange.add_fault({"match": {"dialect": "fmp", "path": "treasury"}, "do": {"body": []}})
    week = (datetime(2026, 3, 2, 14, 30), datetime(2026, 3, 6, 21))
    columbus = (datetime(2025, 10, 13, 13, 30), datetime(2025, 10, 13, 20))
    landed = asked(fmp_bars("year10", "1d", *week), fmp_bars("year5", "1d", *columbus))
    assert landed.outcomes == ["unavailable"]
    assert [one["outcome"] for one in landed.requests] == ["unavailable", "ok", "empty"]


def test_what_came_before_a_failure_stays(exchange: Exchange, asked: Asking) -> None:
    exchange.add_fault(
        {"match": {"dialect": "fmp", "path": "treasury", "nth": {"from": 3}}, "do": {"status": 503}}
    )
    landed = asked(fmp_bars("year10", "1d", *YEAR))
    assert landed.outcomes == ["unavailable"]
    held = {one["request_id"]: one["row_count"] for one in landed.requests if one["row_count"]}
    rows = landed.tables["fmp_bars"] + landed.tables["fmp_treasury_rates"]
    assert held == {number: [r["request_id"] for r in rows].count(number) for number in held}
    assert len(held) == 4


def test_the_curve_has_days_only(exchange: Exchange, asked: Asking) -> None:
    assert asked(fmp_bars("year10", "1h", *YEAR)).outcomes == ["out_of_range"]
    assert exchange.journal() == []


def test_splits_and_dividends_land_with_amounts_of_today_and_as_declared(asked: Asking) -> None:
    landed = asked(WorkItem("fmp", "actions", ("NVDA",), "missing", 10))
    splits = {
        row["ex_date"]: row["numerator"] / row["denominator"] for row in landed.tables["fmp_splits"]
    }
    assert splits[date(2024, 6, 10)] == 10
    assert splits[date(2007, 9, 11)] == 1.5
    before = [row for row in landed.tables["fmp_dividends"] if row["ex_date"] < date(2024, 6, 10)]
    assert before[0]["amount"] == pytest.approx(10 * before[0]["amount_adjusted"], rel=0.01)
    assert [one["outcome"] for one in landed.requests] == ["ok", "ok"]


def test_a_stock_without_actions_is_answered(exchange: Exchange, asked: Asking) -> None:
    landed = asked(WorkItem("fmp", "actions", ("PLTR",), "missing", 12))
    assert [one["outcome"] for one in landed.requests] == ["empty", "empty"]
    assert landed.outcomes == []


def test_a_split_of_nothing_is_set_aside(exchange: Exchange, asked: Asking) -> None:
    rows = [
        {
            "symbol": "AAPL",
            "date": "2020-08-31",
            "numerator": 4,
            "denominator": 1,
            "splitType": "x",
        },
        {"symbol": "AAPL", "date": "2014-06-09", "numerator": 7, "denominator": 0},
        {"symbol": "AAPL", "date": "soon", "numerator": 7, "denominator": 1},
    ]
    exchange.add_fault({"match": {"dialect": "fmp", "path": "splits"}, "do": {"body": rows}})
    landed = asked(WorkItem("fmp", "actions", ("AAPL",), "missing", 1))
    assert [row["numerator"] for row in landed.tables["fmp_splits"]] == [4]
    assert [row["reason"] for row in landed.rejected] == [
        "a split of nothing",
        "not a date: 'soon'",
    ]


def test_quotes_are_asked_for_one_by_one_and_an_unknown_one_costs_the_others_nothing(
    exchange: Exchange, asked: Asking
) -> None:
    item = WorkItem("fmp", "quotes", ("AAPL", "NOPE", "BARC.L", "^GSPC", "GCUSD"), "snapshot")
    landed = asked(item)
    assert [row["symbol"] for row in landed.tables["fmp_quotes"]] == ["AAPL", "^GSPC", "GCUSD"]
    assert landed.outcomes == []
    assert [one["outcome"] for one in landed.requests] == [
        "ok", "empty", "unknown_symbol", "ok", "ok",
    ]  # fmt: skip
    assert landed.requests[1]["detail"] == "no quote of NOPE"
    assert "%5EGSPC" in landed.requests[3]["url"]


def test_with_batches_one_call_brings_all_in_any_order(exchange: Exchange, tmp_path: Path) -> None:
    settings = FmpSettings(base_url=f"{exchange.url}/fmp", batch_quotes=True, pace_seconds=0)
    context = FetchContext(7, settings, RequestLog(7), RejectedRows(), tmp_path)
    assert settings.batch_quotes
    item = WorkItem("fmp", "quotes", ("MSFT", "NOPE", "AAPL"), "snapshot")
    context.key = context_for(tmp_path, key="any-key-will-do").key
    landed = run(fmp, [item], context)
    assert {row["symbol"] for row in landed.tables["fmp_quotes"]} == {"AAPL", "MSFT"}
    assert [(one.path, one.query["symbols"]) for one in exchange.journal()] == [
        ("/stable/batch-quote", "MSFT,NOPE,AAPL")
    ]
    assert landed.requests[0]["detail"] == "no quote of NOPE"


def test_one_unknown_quote_alone_is_an_unknown_symbol(asked: Asking) -> None:
    assert asked(WorkItem("fmp", "quotes", ("NOPE",), "snapshot", 1)).outcomes == ["unknown_symbol"]


def view(
    now: datetime, asked: Asked, leads: set[int], tmp_path: Path, live: set[int] | None = None
) -> View:
    every = tuple(one for one in universe.instruments(DataFolder(tmp_path)) if one.fmp_symbol)
    lives = frozenset(leads if live is None else live)
    return View("fmp", now, asked, every, frozenset(leads), lives, frozenset(leads))


def test_actions_and_quotes_are_due_only_where_bars_come_from_here_first(tmp_path: Path) -> None:
    at = datetime(2026, 3, 11, 15)
    found = list(due(view(at, Asked(), {1, 101, 303}, tmp_path)))
    assert [(one.endpoint, one.symbol) for one in found] == [
        ("actions", "AAPL"), ("quotes", "AAPL"), ("quotes", "^GSPC"),
    ]  # fmt: skip
    assert list(due(view(at, Asked(), set(), tmp_path))) == []
    history = due(view(at, Asked(), {1}, tmp_path, live=set()))
    assert [one.endpoint for one in history] == ["actions"]


def test_actions_are_due_once_a_session_and_quotes_once_after_the_close(tmp_path: Path) -> None:
    asked = Asked()
    asked.answered_at[("fmp", "actions", 1, None)] = datetime(2026, 3, 11, 14)
    asked.answered_at[("fmp", "quotes", 1, None)] = datetime(2026, 3, 11, 19)
    evening, next_day = datetime(2026, 3, 11, 23), datetime(2026, 3, 12, 14)
    assert [one.endpoint for one in due(view(evening, asked, {1}, tmp_path))] == ["quotes"]
    asked.answered_at[("fmp", "quotes", 1, None)] = datetime(2026, 3, 11, 21)
    assert list(due(view(evening, asked, {1}, tmp_path))) == []
    again = [one.endpoint for one in due(view(next_day, asked, {1}, tmp_path))]
    assert again == ["actions", "quotes"]


def test_a_plan_goes_on_where_the_answers_of_the_last_run_end(own_settings: Settings) -> None:
    own_settings.give_key("fmp", "any-key-will-do")
    desk = Desk(own_settings)
    at = datetime(2026, 3, 11, 15, 2)
    choice = Choice(("AAPL", "US10Y"), ("fmp",), ("1d", "1m"))

    def plan() -> list[WorkItem]:
        clock.use(lambda: at)
        return [one for one in make(own_settings, Landing(own_settings.folder), choice)]

    first = [one for one in plan() if one.endpoint == "bars"]
    minutes = [one for one in first if one.interval == "1m"]
    assert {one.symbol for one in minutes} == {"AAPL"}
    assert minutes[-1].end == datetime(2026, 3, 11, 14, 57)
    desk.answer(first[:-1], at)
    again = [one for one in plan() if one.endpoint == "bars"]
    assert again == first[-1:]
