"""Massive's splits and dividends, tickers, market status and holidays."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from massive_asking import KEY, about, fault
from provider_runs import context_for, run

from extract import massive
from extract.context import FetchContext
from extract.work import WorkItem
from sandbox import Exchange


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", KEY)


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
