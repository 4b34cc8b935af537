"""Massive's answers have the keys and types of the recorded samples, its refusals their words."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from sample_shapes import Sample, differences

from sandbox import Exchange

MASSIVE_KEY = {"Authorization": "Bearer paid-shapes"}


@pytest.mark.parametrize(
    ("name", "path", "query"),
    [
        ("aggs_AAPL_1day_2005_mock", "/v2/aggs/ticker/AAPL/range/1/day/2005-04-01/2005-04-04", {}),
        (
            "aggs_AAPL_1day_2023_recorded_exact_bytes",
            "/v2/aggs/ticker/AAPL/range/1/day/2023-01-03/2023-01-10",
            {"sort": "desc"},
        ),
        (
            "aggs_AAPL_page1_of_2",
            "/v2/aggs/ticker/AAPL/range/1/day/2023-01-03/2023-01-10",
            {"limit": 3},
        ),
        (
            "aggs_AAPL_page2_of_2",
            "/v2/aggs/ticker/AAPL/range/1/day/1672981200000/2023-01-10",
            {"cursor": "bGltaXQ9MyZzb3J0PWFzYw"},
        ),
        ("aggs_empty_range", "/v2/aggs/ticker/AAPL/range/1/minute/2026-03-07/2026-03-08", {}),
        ("marketstatus_now_mock", "/v1/marketstatus/now", {}),
        ("marketstatus_upcoming_mock", "/v1/marketstatus/upcoming", {}),
        ("reference_tickers_page1_mock", "/v3/reference/tickers", {"limit": 2}),
        ("reference_tickers_page2_mock", "/v3/reference/tickers", {"ticker": "AAPL"}),
    ],
)
def test_a_massive_answer_has_the_keys_of_its_sample(
    exchange: Exchange, sample: Sample, name: str, path: str, query: dict[str, Any]
) -> None:
    answer = requests.get(
        exchange.url + "/massive" + path, params=query, headers=MASSIVE_KEY, timeout=10
    )
    assert answer.status_code == 200
    recorded, given = sample(f"polygon/{name}.json"), answer.json()
    if name == "reference_tickers_page2_mock":
        recorded["results"][0]["cik"] = "0001708646"
    assert differences(recorded, given) == []


@pytest.mark.parametrize(
    ("name", "kind", "field"),
    [
        ("trades_AAPL_mock", "trades", "trf_id"),
        ("quotes_AAPL_page1_mock", "quotes", "bid_price"),
        ("quotes_documented_example", "quotes", "conditions"),
    ],
)
def test_massives_ticks_have_the_keys_of_their_sample(
    exchange: Exchange, sample: Sample, name: str, kind: str, field: str
) -> None:
    """The fields that only some ticks have are looked for among all of them."""
    address = f"{exchange.url}/massive/v3/{kind}/AAPL"
    given = requests.get(address, headers=MASSIVE_KEY, timeout=10).json()
    recorded = sample(f"polygon/{name}.json")
    optional = {"conditions", "trf_id", "trf_timestamp", "correction"}
    row = next(row for row in given["results"] if field in row)
    if field == "bid_price":
        row = next(row for row in given["results"] if not optional & row.keys())
    assert differences(recorded["results"][0], row) == []
    assert {"results", "status", "request_id"} <= given.keys()


@pytest.mark.parametrize(
    ("name", "path", "key"),
    [
        ("401_no_key", "/v1/marketstatus/now", None),
        ("401_bad_key", "/v1/marketstatus/now", "unknown-key"),
        ("403_not_entitled", "/v3/trades/AAPL", "a-free-key"),
        ("403_timeframe", "/v2/aggs/ticker/AAPL/range/1/day/2015-01-02/2015-02-02", "a-free-key"),
        ("404_not_found", "/v3/reference/tickers/NOPE", "paid-key"),
        ("429", "/v1/marketstatus/now", "an-impatient-key"),
    ],
)
def test_a_massive_refusal_is_the_recorded_one_word_for_word(
    sample: Sample, name: str, path: str, key: str | None
) -> None:
    recorded = sample(f"polygon/error_{name}.json")
    with Exchange() as exchange:
        exchange.limits.massive_requests_per_minute = 0 if name == "429" else 5
        query = {"apiKey": key} if key else {}
        answer = requests.get(exchange.url + "/massive" + path, params=query, timeout=10)
    body = {**answer.json(), "request_id": recorded["body"]["request_id"]}
    assert (answer.status_code, body) == (recorded["status"], recorded["body"])
    assert answer.headers["X-Request-Id"] == answer.json()["request_id"]
