"""The Yahoo dialect refuses what Yahoo refuses, and nothing short of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import requests
from yahoo_charts import CHART, chart

from sandbox import Exchange

Get = Callable[..., requests.Response]
MIDDAY = datetime(2026, 3, 11, 15, 0, 30)


def test_windows_just_inside_the_limits_are_served(exchange: Exchange, get: Get) -> None:
    now = exchange.now()
    for interval, age, span in [("1m", 29, 8), ("5m", 59, 59), ("1h", 729, 729)]:
        start = now - timedelta(days=age)
        chart(get, "AAPL", start, start + timedelta(days=span), interval=interval)


def test_limits_can_be_switched_off() -> None:
    with Exchange(now=MIDDAY, limits=False) as exchange:
        answer = requests.get(
            exchange.url + CHART + "AAPL",
            params={"period1": "1700000000", "period2": "1700100000", "interval": "1m"},
            timeout=10,
        )
        assert answer.status_code == 200
        assert len(answer.json()["chart"]["result"][0]["timestamp"]) > 300


def test_a_window_before_the_listing_is_a_bad_request(get: Get) -> None:
    answer = get(CHART + "PLTR", period1=1500000000, period2=1500100000, interval="1d")
    assert answer.status_code == 400
    assert answer.json()["chart"]["error"]["description"] == (
        "Data doesn't exist for startDate = 1500000000, endDate = 1500100000"
    )


def test_a_quote_without_cookie_and_crumb_is_refused(exchange: Exchange, get: Get) -> None:
    path = "/yahoo/v7/finance/quote"
    bare = get(path, symbols="AAPL")
    assert bare.status_code == 401
    assert "unable to access this feature" in bare.json()["finance"]["error"]["description"]
    with requests.Session() as session:
        session.get(exchange.url + "/yahoo/", timeout=10)
        wrong = session.get(
            exchange.url + path, params={"symbols": "AAPL", "crumb": "wrong"}, timeout=10
        )
    assert (wrong.status_code, wrong.json()["finance"]["error"]["description"]) == (
        401,
        "Invalid Crumb",
    )


def test_too_many_requests_are_refused_in_plain_text() -> None:
    with Exchange(now=MIDDAY) as exchange:
        exchange.limits.yahoo_requests_per_minute = 3
        url = exchange.url + CHART + "AAPL?range=1d"
        answers = [requests.get(url, timeout=10) for _ in range(5)]
        crumb = requests.get(exchange.url + "/yahoo/v1/test/getcrumb", timeout=10)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].text == "Edge: Too Many Requests"
    assert (crumb.status_code, crumb.text) == (429, "Too Many Requests\r\n")


def test_a_range_may_reach_to_the_wall(get: Get) -> None:
    assert get(CHART + "AAPL", range="2y", interval="1h").status_code == 200
    assert get(CHART + "AAPL", range="1mo", interval="5m").status_code == 200
    assert get(CHART + "AAPL", range="3mo", interval="5m").status_code == 422
    assert get(CHART + "AAPL", range="1mo", interval="1m").status_code == 422
