"""What Massive refuses, what its plans leave out, and its key, which shows nowhere."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from machine_time import SleepyMachine
from massive_asking import KEY, OPEN, days, fault, minutes, ticks
from provider_runs import context_for, massive_bars, run

from extract import massive
from extract.context import FetchContext
from sandbox import Exchange
from warehouse import clock

FREE = "a-key-without-a-plan"


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", KEY)


@pytest.fixture
def free(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", FREE)


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
