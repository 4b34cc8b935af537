"""What goes wrong at Yahoo: crumbs, bad rows, answers without meaning."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from provider_runs import Landed, context_for, run, yahoo_bars

from extract import yahoo
from extract.context import FetchContext
from extract.work import WorkItem
from sandbox import Exchange

DAY = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20, 0))


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/yahoo")


def fault(exchange: Exchange, do: Any, path: str = "chart", **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "yahoo", "path": path, **match}, "do": do})


def minutes(symbol: str = "AAPL") -> WorkItem:
    return yahoo_bars(symbol, "1m", *DAY)


def test_cookie_and_crumb_are_asked_for_once_a_run(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(yahoo, [minutes(), minutes("MSFT")], context)
    later = run(yahoo, [minutes("AMD")], context)
    assert [one["endpoint"] for one in landed.requests] == ["session", "session", "bars", "bars"]
    assert [one["endpoint"] for one in later.requests] == ["bars"]


def test_a_failing_symbol_costs_one_request(exchange: Exchange, context: FetchContext) -> None:
    landed = run(yahoo, [minutes("NOPE"), minutes()], context)
    assert landed.outcomes == ["unknown_symbol"]
    assert len([one for one in landed.data_requests if one["symbol"] == "NOPE"]) == 1
    assert landed.tables["yahoo_bars"]


def test_a_window_asked_for_again_is_asked_for_again(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(yahoo, [minutes(), minutes()], context)
    assert len(landed.data_requests) == 2
    assert len({row["request_id"] for row in landed.tables["yahoo_bars"]}) == 2


def test_the_crumb_is_nowhere_in_the_records(exchange: Exchange, context: FetchContext) -> None:
    landed = run(yahoo, [minutes()], context)
    asked = [record for record in exchange.journal() if "crumb" in record.query]
    assert asked
    assert asked[0].query["crumb"] not in str(landed.requests)


def test_bars_need_no_crumb(exchange: Exchange, context: FetchContext) -> None:
    fault(exchange, {"status": 429, "body": "Too Many Requests"}, path="getcrumb")
    landed = run(yahoo, [minutes(), minutes("MSFT")], context)
    assert landed.outcomes == []
    assert len([one for one in landed.requests if "getcrumb" in one["url"]]) == 1
    assert "crumb" not in landed.data_requests[0]["url"]


def test_a_stale_crumb_is_renewed_once(exchange: Exchange, context: FetchContext) -> None:
    refused = {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "x"}}}
    fault(exchange, {"status": 401, "body": refused}, path="quote", nth={"first": 1})
    landed = run(yahoo, [WorkItem("yahoo", "quotes", ("AAPL",), "snapshot")], context)
    assert [one["outcome"] for one in landed.data_requests] == ["unauthorised", "ok"]
    assert len(landed.requests) <= 8
    assert landed.outcomes == []


def test_a_crumb_that_is_never_taken_ends_as_unauthorised(
    exchange: Exchange, context: FetchContext
) -> None:
    fault(exchange, {"status": 401, "body": {"finance": {"error": None}}}, path="quote")
    quotes = WorkItem("yahoo", "quotes", ("AAPL",), "snapshot")
    landed = run(yahoo, [quotes, quotes], context)
    assert landed.outcomes == ["unauthorised", "unauthorised"]
    assert len(landed.data_requests) == 2


def rows_in(landed: Landed) -> int:
    return len(landed.tables["yahoo_bars"]) + len(landed.rejected)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"text_number": {}}, "close is not a number: 'n/a'"),
        ({"nan": {}}, "close is not finite"),
        ({"off_grid": {}}, "the stamp is off the grid"),
        ({"future_ts": {}}, "the stamp lies in the future"),
        ({"bad_value": {"field": "volume", "value": 1.5}}, "volume is not a whole number"),
        ({"bad_value": {"field": "volume", "value": 2**63}}, "volume is not a whole number"),
        ({"bad_value": {"field": "open", "value": True}}, "open is not a number"),
    ],
)
def test_a_bad_row_is_set_aside_and_the_others_are_landed(
    exchange: Exchange, context: FetchContext, damage: dict[str, Any], reason: str
) -> None:
    fault(exchange, damage)
    landed = run(yahoo, [minutes()], context)
    assert len(landed.rejected) == 1
    assert landed.rejected[0]["reason"].startswith(reason)
    assert len(landed.tables["yahoo_bars"]) == 389
    request = landed.data_requests[0]
    assert request["row_count"] == rows_in(landed) == 390
    assert landed.rejected[0]["request_id"] == request["request_id"]


def test_rows_in_disorder_are_the_same_bars(exchange: Exchange, context: FetchContext) -> None:
    whole = run(yahoo, [minutes()], context).tables["yahoo_bars"]
    fault(exchange, {"shuffle": True})
    again = run(yahoo, [minutes()], context).tables["yahoo_bars"]
    assert [given(row) for row in again] == [given(row) for row in whole]


def test_rows_that_come_twice_are_all_landed_and_the_last_given_comes_last(
    exchange: Exchange, context: FetchContext
) -> None:
    whole = [given(row) for row in run(yahoo, [minutes()], context).tables["yahoo_bars"]]
    fault(exchange, {"repeat_page": True})
    landed = run(yahoo, [minutes()], context)
    again = [given(row) for row in landed.tables["yahoo_bars"]]
    assert again == whole + whole
    assert landed.data_requests[0]["row_count"] == rows_in(landed) == 2 * len(whole)


def given(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "request_id"}


@pytest.mark.parametrize(
    "damage", [{"drop_field": "close"}, {"rename_field": {"close": "last"}}, {"wrong_symbol": "X"}]
)
def test_an_answer_without_its_meaning_lands_nothing(
    exchange: Exchange, context: FetchContext, damage: dict[str, Any]
) -> None:
    fault(exchange, damage)
    landed = run(yahoo, [minutes()], context)
    assert landed.outcomes == ["malformed"]
    assert rows_in(landed) == 0
    assert landed.data_requests[-1]["outcome"] == "malformed"


def test_an_unknown_field_is_no_trouble(exchange: Exchange, context: FetchContext) -> None:
    fault(exchange, {"extra_field": "surprise"})
    assert len(run(yahoo, [minutes()], context).tables["yahoo_bars"]) == 390


def test_a_symbol_that_could_leave_its_place_in_the_address_is_never_sent(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(yahoo, [minutes("../../evil"), minutes("A?x=1"), minutes("A\nB")], context)
    assert landed.outcomes == ["unknown_symbol"] * 3
    assert landed.requests == []
