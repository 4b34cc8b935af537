"""The exchange's clock, journal and control endpoints, and how it starts and stops."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests

from sandbox import DEFAULT_NOW, Exchange
from sandbox.dialects import DIALECTS
from warehouse import clock

Get = Callable[..., requests.Response]
ROOT = Path(__file__).resolve().parents[2]


def test_the_clock_stands_still_until_it_is_moved(exchange: Exchange) -> None:
    exchange.set_clock(datetime(2025, 1, 2, 3))
    assert exchange.now() == exchange.now() == datetime(2025, 1, 2, 3)
    exchange.advance(timedelta(minutes=5))
    assert exchange.now() == datetime(2025, 1, 2, 3, 5)


def test_a_ticking_clock_runs_on_from_where_it_was_set() -> None:
    exchange = Exchange(ticking=True)
    began = clock.monotonic()
    first = exchange.now()
    clock.sleep(0.02)
    second = exchange.now()
    elapsed = timedelta(seconds=clock.monotonic() - began)
    assert DEFAULT_NOW <= first < second
    assert second - first <= elapsed


def test_an_aware_instant_is_taken_as_utc(exchange: Exchange) -> None:
    exchange.set_clock(datetime(2026, 3, 11, 10, tzinfo=timezone(timedelta(hours=-5))))
    assert exchange.now() == datetime(2026, 3, 11, 15)


def test_answers_carry_the_date_of_the_exchange(exchange: Exchange, get: Get) -> None:
    exchange.set_clock(datetime(2024, 2, 29, 12, 30))
    assert get("/binance/api/v3/ping").headers["Date"] == "Thu, 29 Feb 2024 12:30:00 GMT"


def test_the_clock_is_set_over_http(exchange: Exchange, get: Get) -> None:
    url = exchange.url + "/control/clock"
    requests.post(url, json={"now": "2025-06-02T14:00:00"}, timeout=5)
    moved = requests.post(url, json={"advance_seconds": 90}, timeout=5).json()
    assert moved == {"now": "2025-06-02T14:01:30", "ticking": False}
    assert get("/control/clock").json() == moved
    assert exchange.now() == datetime(2025, 6, 2, 14, 1, 30)
    wrong = requests.post(url, json={"now": "soon"}, timeout=5)
    assert wrong.status_code == 400


def test_faults_are_kept_over_http(exchange: Exchange, get: Get) -> None:
    url = exchange.url + "/control/faults"
    fault = {"match": {"dialect": "binance", "nth": {"first": 1}}, "do": {"status": 500}}
    number = requests.post(url, json=fault, timeout=5).json()["number"]
    assert [one["number"] for one in get("/control/faults").json()] == [number]
    assert get("/binance/api/v3/ping").status_code == 500
    assert get("/binance/api/v3/ping").status_code == 200
    assert requests.delete(f"{url}/{number}", timeout=5).status_code == 204
    assert requests.delete(f"{url}/{number}", timeout=5).status_code == 404
    assert requests.post(url, json={"do": "503"}, timeout=5).status_code == 201
    assert requests.delete(url, timeout=5).status_code == 204
    assert get("/control/faults").json() == []
    assert requests.post(url, json={"do": {"explode": 1}}, timeout=5).status_code == 400


def test_limits_are_set_over_http() -> None:
    with Exchange() as exchange:
        url = exchange.url + "/control/limits"
        changed = requests.post(url, json={"yahoo_requests_per_minute": 1}, timeout=5).json()
        wrong = requests.post(url, json={"nothing": 1}, timeout=5)
        chart = exchange.url + "/yahoo/v8/finance/chart/AAPL"
        answers = [requests.get(chart, timeout=5).status_code for _ in range(2)]
    assert changed["yahoo_requests_per_minute"] == 1
    assert wrong.status_code == 400
    assert answers == [200, 429]


def test_the_journal_holds_each_request_once(exchange: Exchange, get: Get) -> None:
    exchange.set_clock(datetime(2026, 3, 10, 18))
    exchange.add_fault({"match": {"symbol": "ETHUSDT"}, "do": {"status": 503}})
    klines = exchange.url + "/binance/api/v3/klines"
    secret = {"X-MBX-APIKEY": "not for the journal"}
    requests.get(klines, params={"symbol": "BTCUSDT", "interval": "1m"}, headers=secret, timeout=5)
    requests.get(klines, params={"symbol": "ETHUSDT", "interval": "1m"}, timeout=5)
    first, second = exchange.journal()
    assert first.number + 1 == second.number
    assert (first.dialect, first.method, first.path) == ("binance", "GET", "/api/v3/klines")
    assert first.query == {"symbol": "BTCUSDT", "interval": "1m"}
    assert first.exchange_time == datetime(2026, 3, 10, 18)
    assert (first.status, first.weight, first.fault) == (200, 2, None)
    assert first.secret_headers == ("X-MBX-APIKEY",)
    assert "not for the journal" not in str(first)
    assert second.status == 503
    assert second.fault is not None
    over_http = get("/control/journal", since=first.number).json()
    assert [one["number"] for one in over_http] == [second.number]
    requests.delete(exchange.url + "/control/journal", timeout=5)
    assert exchange.journal() == []


def test_the_state_names_what_is_served(get: Get) -> None:
    state = get("/control/state").json()
    assert state["seed"] == 7
    assert state["dialects"] == sorted(dialect.name for dialect in DIALECTS)
    assert {"AAPL", "BTCUSDT", "META~2021"} <= set(state["listings"])


def test_an_exchange_can_be_started_again_after_it_stopped() -> None:
    exchange = Exchange()
    for _ in range(2):
        with exchange:
            assert requests.get(exchange.url + "/control/state", timeout=5).status_code == 200


def test_a_taken_port_is_an_error_and_not_a_hang() -> None:
    with Exchange() as first, pytest.raises(OSError, match="address"):
        Exchange(port=first.port).start()


def test_serve_ends_cleanly_on_sigterm() -> None:
    program = (
        "from sandbox import Exchange, serve\n"
        "serve(Exchange(), ready=lambda url: print(url, flush=True))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        assert requests.get(url + "/control/state", timeout=5).status_code == 200
        os.kill(child.pid, signal.SIGTERM)
        _, errors = child.communicate(timeout=10)
    finally:
        child.kill()
        child.wait()
    assert (child.returncode, errors) == (0, "")


def test_the_default_clock_is_inside_a_new_york_session() -> None:
    assert DEFAULT_NOW.replace(tzinfo=UTC).isoformat() == "2026-03-11T15:00:00+00:00"
