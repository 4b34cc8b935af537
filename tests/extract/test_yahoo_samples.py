"""Recorded answers of Yahoo, replayed to the real yfinance at the transport's edge."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from provider_runs import Landed, context_for, run, sample, yahoo_bars
from scripted_server import ScriptedServer, answer

from extract import yahoo
from extract.work import WorkItem
from warehouse import clock

EPOCH = datetime(1970, 1, 1)
LONG = (datetime(2010, 1, 1), datetime(2026, 1, 1))


@pytest.fixture
def replay(tmp_path: Path) -> Callable[..., Landed]:
    """Serve one recorded body for every data call and land what comes of it."""

    def serve(item: WorkItem, body: Any, status: int = 200, **headers: str) -> Landed:
        def route(path: str) -> bytes:
            if path == "/":
                return answer("", 404, set_cookie="A3=d; Domain=127.0.0.1; Path=/")
            if path.startswith("/v1/test/getcrumb"):
                return answer("abc.d/efghi", content_type="text/plain")
            text = body if isinstance(body, str) else json.dumps(body)
            return answer(text, status, **headers)

        with ScriptedServer(route=route) as server:
            return run(yahoo, [item], context_for(tmp_path, server.url, attempts=1))

    return serve


def stamps(payload: Any) -> list[datetime]:
    given = payload["chart"]["result"][0]["timestamp"]
    return [EPOCH + timedelta(seconds=stamp) for stamp in given]


@pytest.mark.parametrize(
    ("name", "symbol", "zone"),
    [
        ("chart_AAPL_1d_split_dividend_2020.json", "AAPL", "America/New_York"),
        ("chart_MSFT_1d_dividends_2021.json", "MSFT", "America/New_York"),
        ("chart_BTC-USD_1d_2020.json", "BTC-USD", "UTC"),
        ("chart_EURUSD=X_1d_2020.json", "EURUSD=X", "Europe/London"),
        ("chart_GC=F_1d_2020.json", "GC=F", "America/New_York"),
    ],
)
def test_recorded_days_land_as_they_were_given(
    replay: Callable[..., Landed], name: str, symbol: str, zone: str
) -> None:
    payload = sample("yahoo", name)
    given = stamps(payload)
    day = timedelta(days=1)
    item = yahoo_bars(symbol, "1d", given[0] - day, given[-1] + 2 * day, zone)
    landed = replay(item, payload)
    quote = payload["chart"]["result"][0]["indicators"]["quote"][0]
    rows = landed.tables["yahoo_bars"]
    assert landed.outcomes == []
    assert [row["stamped_at"] for row in rows] == given
    assert [row["close"] for row in rows] == quote["close"]
    assert [row["volume"] for row in rows] == quote["volume"]
    assert {row["exchange_timezone"] for row in rows} == {zone}


def test_recorded_events_land_as_they_were_given(replay: Callable[..., Landed]) -> None:
    payload = sample("yahoo", "chart_AAPL_1d_split_dividend_2020.json")
    landed = replay(WorkItem("yahoo", "actions", ("AAPL",), "missing"), payload)
    events = payload["chart"]["result"][0]["events"]
    amounts = [one["amount"] for one in events.get("dividends", {}).values()]
    assert [row["amount"] for row in landed.tables["yahoo_dividends"]] == amounts
    assert [row["ratio"] for row in landed.tables["yahoo_splits"]] == [
        one["numerator"] / one["denominator"] for one in events["splits"].values()
    ]


def test_recorded_null_minutes_land_as_nulls(replay: Callable[..., Landed]) -> None:
    payload = sample("yahoo", "chart_BARC.L_1m_mostly_null_2017.json")
    given = stamps(payload)
    item = yahoo_bars("BARC.L", "1m", given[0], given[-1] + timedelta(minutes=1), "Europe/London")
    landed = replay(item, payload)
    closes = payload["chart"]["result"][0]["indicators"]["quote"][0]["close"]
    held = {row["stamped_at"]: row["close"] for row in landed.tables["yahoo_bars"]}
    assert set(held) <= set(given)
    assert all(held[at] == close for at, close in zip(given, closes, strict=True) if at in held)
    assert None in held.values()


@pytest.mark.parametrize(
    ("name", "symbol", "interval"),
    [
        ("chart_AAPL_1m_weekend_no_timestamp_2025.json", "AAPL", "1m"),
        ("chart_TSLA_1h_holiday_no_timestamp_2025.json", "TSLA", "1h"),
    ],
)
def test_a_recorded_closed_window_is_empty(
    replay: Callable[..., Landed], name: str, symbol: str, interval: str
) -> None:
    landed = replay(yahoo_bars(symbol, interval, *LONG), sample("yahoo", name))
    assert [one["outcome"] for one in landed.data_requests] == ["empty"]
    assert landed.outcomes == []


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("error_404_delisted.json", "unknown_symbol"),
        ("error_404_path_xml.json", "malformed"),
        ("error_400_bad_interval.json", "malformed"),
        ("error_422_1m_span_8d.json", "out_of_range"),
        ("error_422_5m_age_60d.json", "out_of_range"),
        ("error_422_1h_age_730d.json", "out_of_range"),
        ("error_429_edge.json", "throttled"),
        ("error_401_invalid_crumb.json", "unauthorised"),
        ("error_401_feature.json", "unauthorised"),
    ],
)
def test_recorded_refusals_have_their_outcome(
    replay: Callable[..., Landed], name: str, outcome: str
) -> None:
    recorded = sample("yahoo", name)
    body = recorded.get("body", recorded.get("body_text"))
    landed = replay(yahoo_bars("AAPL", "1d", *LONG), body, recorded["status"])
    assert landed.outcomes == [outcome]
    assert landed.data_requests[-1]["outcome"] == outcome
    assert landed.data_requests[-1]["status"] == recorded["status"]
    assert len(landed.data_requests) == (2 if outcome == "unauthorised" else 1)


@pytest.mark.parametrize(
    ("body", "status", "outcome"),
    [
        ("<html>Will be right back</html>", 200, "unavailable"),
        ("<html>Sign in</html>", 200, "malformed"),
        ('{"chart": {"result": null, "error": null}}', 200, "malformed"),
        ('{"finance": {}}', 200, "malformed"),
        ("[]", 200, "malformed"),
        ('{"chart": {"result": [{}], "error": null}}', 200, "malformed"),
        ("", 200, "unavailable"),
        ("", 502, "unavailable"),
        ("", 451, "blocked"),
        ("<html>", 403, "blocked"),
    ],
)
def test_answers_that_hold_no_bars_have_their_outcome(
    replay: Callable[..., Landed], body: str, status: int, outcome: str
) -> None:
    assert replay(yahoo_bars("AAPL", "1d", *LONG), body, status).outcomes == [outcome]


def test_a_window_before_the_listing_is_empty(replay: Callable[..., Landed]) -> None:
    told = "Data doesn't exist for startDate = 1, endDate = 2"
    error = {"code": "Bad Request", "description": told}
    landed = replay(
        yahoo_bars("AAPL", "1d", *LONG), {"chart": {"result": None, "error": error}}, 400
    )
    assert landed.outcomes == []
    assert landed.data_requests[0]["outcome"] == "empty"
    assert landed.data_requests[0]["window_end"] == LONG[1]


def test_recorded_quotes_land_with_their_fields(replay: Callable[..., Landed]) -> None:
    payload = sample("yahoo", "quote_v7_AAPL_BABA.json")
    item = WorkItem("yahoo", "quotes", ("AAPL", "BABA"), "snapshot")
    rows = replay(item, payload).tables["yahoo_quotes"]
    given = payload["quoteResponse"]["result"]
    assert [row["symbol"] for row in rows] == ["AAPL", "BABA"]
    assert [row["price"] for row in rows] == [one["regularMarketPrice"] for one in given]
    assert [row["bid_size"] for row in rows] == [one["bidSize"] for one in given]
    assert [row["quoted_at"].replace(tzinfo=UTC).timestamp() for row in rows] == [
        one["regularMarketTime"] for one in given
    ]


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("quote_v7_BTC-USD.json", "BTC-USD"), ("quote_v7_EURUSD=X.json", "EURUSD=X")],
)
def test_fields_that_a_kind_of_quote_lacks_are_null(
    replay: Callable[..., Landed], name: str, symbol: str
) -> None:
    payload = sample("yahoo", name)
    item = WorkItem("yahoo", "quotes", (symbol,), "snapshot")
    rows = replay(item, payload).tables["yahoo_quotes"]
    given = payload["quoteResponse"]["result"][0]
    assert rows[0]["trailing_pe"] == given.get("trailingPE")
    assert rows[0]["observed_at"] <= clock.now()


def test_a_batch_that_nobody_knows_is_empty(replay: Callable[..., Landed]) -> None:
    payload = sample("yahoo", "quote_v7_unknown_symbol_empty.json")
    landed = replay(WorkItem("yahoo", "quotes", ("NOPE",), "snapshot"), payload)
    assert landed.data_requests[0]["outcome"] == "empty"
    assert landed.data_requests[0]["detail"] == "no answer for NOPE"


def test_a_redirect_among_yahoos_own_hosts_is_followed_only_for_the_session(
    tmp_path: Path,
) -> None:
    payload = {"chart": {"result": None, "error": None}}

    def route(path: str) -> bytes:
        if path == "/":
            return answer("", 302, location="https://consent.yahoo.com/v2/collectConsent?x=1")
        if "getcrumb" in path:
            return answer("abc", content_type="text/plain")
        if "collectConsent" in path:
            return answer("fine", 200)
        return answer(str(payload), 302, location="https://consent.yahoo.com/v2/collectConsent")

    with ScriptedServer(route=route) as server:
        landed = run(yahoo, [yahoo_bars("AAPL", "1d", *LONG)], context_for(tmp_path, server.url))
    assert [one["endpoint"] for one in landed.requests] == ["session"] * 3 + ["bars"]
    assert landed.outcomes == ["malformed"]
    assert "refused redirect to consent.yahoo.com" in landed.data_requests[0]["detail"]
