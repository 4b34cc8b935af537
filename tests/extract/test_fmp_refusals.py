"""What FMP refuses, how far each refusal reaches, and its key, which shows nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fmp_asking import KEY, SUMMER, WINTER, Asked, asking, bars, calls, fault
from provider_runs import context_for, fmp_bars, run

from extract import fmp
from extract.budgets.store import seconds_now
from extract.work import WorkItem
from sandbox import Exchange


@pytest.fixture
def asked(exchange: Exchange, tmp_path: Path) -> Asked:
    return asking(exchange, tmp_path)


def test_a_symbol_beyond_the_plan_stops_alone(exchange: Exchange, asked: Asked) -> None:
    landed = asked(
        fmp_bars("BARC.L", "1d", *WINTER),
        fmp_bars("BARC.L", "1d", *SUMMER),
        fmp_bars("AAPL", "1d", *SUMMER),
    )
    assert landed.outcomes == ["unknown_symbol"] * 2
    assert "value set for 'symbol'" in landed.context.failures[0].detail
    assert [one["symbol"] for one in calls(exchange)] == ["BARC.L", "AAPL"]
    assert [row["symbol"] for row in bars(landed)] == ["AAPL"]


def test_an_endpoint_beyond_the_plan_stops_for_all_symbols(
    exchange: Exchange, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange.limits, "fmp_plan", "free")
    items = [fmp_bars(symbol, "5m", *SUMMER) for symbol in ("AAPL", "MSFT", "AMD", "NVDA")]
    landed = asked(*items, fmp_bars("AMD", "1d", *SUMMER))
    assert landed.outcomes == ["unauthorised"] * 4
    assert len(calls(exchange, "5min")) == 1
    assert [row["interval"] for row in bars(landed)] == ["1d"]
    assert landed.requests[0]["outcome"] == "unauthorised"


def test_a_wrong_key_ends_the_run_for_the_provider(exchange: Exchange, tmp_path: Path) -> None:
    context = context_for(tmp_path, f"{exchange.url}/fmp", key="wrong-key-1234")
    items = [fmp_bars("AAPL", "1d", *SUMMER), fmp_bars("MSFT", "1d", *SUMMER)]
    landed = run(fmp, items, context)
    assert landed.outcomes == ["unauthorised"] * 2
    assert len(calls(exchange)) == 1


def test_used_up_traffic_is_not_asked_about_again_for_a_day(
    exchange: Exchange, tmp_path: Path
) -> None:
    body = {"Error Message": "Bandwidth Limit Reach . Please upgrade your plan"}
    fault(exchange, {"status": 429, "body": body})
    url = f"{exchange.url}/fmp"
    first = run(fmp, [fmp_bars("AAPL", "1d", *SUMMER)], context_for(tmp_path, url, key=KEY))
    exchange.clear_faults()
    second = run(fmp, [fmp_bars("MSFT", "1d", *SUMMER)], context_for(tmp_path, url, key=KEY))
    assert (first.outcomes, second.outcomes) == (["throttled"], ["throttled"])
    assert len(calls(exchange)) == 1
    circuit = context_for(tmp_path, url, key=KEY).budget("fmp").ledger.circuit()
    assert circuit
    assert 82_800 < circuit.until_at - seconds_now() < 90_000


@pytest.mark.parametrize("status", [200, 429])
def test_a_reached_limit_is_waited_for_whatever_its_status(
    exchange: Exchange, asked: Asked, status: int
) -> None:
    body = {"Error Message": "Limit Reach . Please upgrade your plan or visit our documentation"}
    fault(exchange, {"status": status, "body": body}, nth={"first": 2})
    landed = asked(fmp_bars("AAPL", "1d", *SUMMER))
    assert [one["outcome"] for one in landed.requests] == ["throttled", "throttled", "ok"]


def test_the_key_is_in_no_record_log_failure_or_journal(
    exchange: Exchange, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    items = [fmp_bars("AAPL", "1d", *SUMMER), WorkItem("fmp", "quotes", ("AAPL",), "snapshot")]
    fault(exchange, {"reset": True}, "quote")
    good = run(fmp, items, context_for(tmp_path, f"{exchange.url}/fmp", key=KEY))
    away = run(fmp, items, context_for(tmp_path, "http://127.0.0.1:9", key=KEY))
    told = [good.requests, away.requests, good.context.failures, away.context.failures]
    told += [[one.as_dict() for one in exchange.journal()], caplog.text, repr(good.context)]
    assert away.outcomes == ["unavailable"] * 2
    assert KEY not in str(told)
    assert {one["apikey"] for one in calls(exchange)} == {"***"}


def test_an_answer_about_another_symbol_is_refused(exchange: Exchange, asked: Asked) -> None:
    fault(exchange, {"wrong_symbol": "MSFT"})
    landed = asked(fmp_bars("AAPL", "1d", *SUMMER))
    assert landed.outcomes == ["malformed"]
    assert bars(landed) == []
