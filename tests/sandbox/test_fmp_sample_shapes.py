"""FMP's answers have the keys and types of the recorded samples, its refusals their words."""

from __future__ import annotations

from typing import Any

import pytest
from sample_shapes import Get, Sample, differences

from sandbox import Exchange

FMP_KEY = "any-key-will-do"
FMP_DAYS = {"from": "2026-03-02", "to": "2026-03-10"}


@pytest.mark.parametrize(
    ("name", "path", "query"),
    [
        ("batch_commodity_quotes_documented", "batch-commodity-quotes", {}),
        ("chart_15min_AAPL_composed_from_real_bars_2023", "historical-chart/15min", FMP_DAYS),
        ("chart_15min_documented", "historical-chart/15min", FMP_DAYS),
        ("chart_1hour_documented", "historical-chart/1hour", FMP_DAYS),
        ("chart_1min_documented", "historical-chart/1min", FMP_DAYS),
        ("chart_30min_documented", "historical-chart/30min", FMP_DAYS),
        ("chart_4hour_documented", "historical-chart/4hour", FMP_DAYS),
        ("chart_5min_NVDA_recorded_rows_2025", "historical-chart/5min", FMP_DAYS),
        ("chart_5min_documented", "historical-chart/5min", FMP_DAYS),
        ("eod_dividend_adjusted_documented", "historical-price-eod/dividend-adjusted", FMP_DAYS),
        ("eod_full_AAPL_stable_2025", "historical-price-eod/full", FMP_DAYS),
        ("eod_full_documented", "historical-price-eod/full", FMP_DAYS),
        ("quote_AAPL_stable_2025", "quote", {}),
        ("treasury_rates_stable_2025", "treasury-rates", FMP_DAYS),
    ],
)
def test_an_fmp_answer_has_the_keys_of_its_sample_in_their_order(
    get: Get, sample: Sample, name: str, path: str, query: dict[str, str]
) -> None:
    answer = get(f"/fmp/stable/{path}", symbol="AAPL", apikey=FMP_KEY, **query)
    assert answer.status_code == 200
    recorded, given = sample(f"fmp/{name}.json"), answer.json()
    assert differences(recorded, given) == []
    assert list(given[0]) == list(recorded[0])


@pytest.mark.parametrize(
    ("name", "path", "limits"),
    [
        ("200_limit_reach", "/stable/quote?symbol=AAPL", {"fmp_requests_per_minute": 0}),
        ("401_invalid_key", "/stable/quote?symbol=AAPL&apikey=", {}),
        (
            "402_exclusive_endpoint",
            "/stable/historical-chart/5min?symbol=AAPL",
            {"fmp_plan": "free"},
        ),
        ("403_legacy_endpoint", "/api/v3/quote/AAPL", {}),
        ("404_unknown_path", "/nothing", {}),
        ("429_limit_reach", "/stable/quote?symbol=AAPL", {"fmp_requests_per_minute": 0}),
        ("empty", "/stable/quote?symbol=NOPE", {}),
    ],
)
def test_an_fmp_refusal_is_the_recorded_one_word_for_word(
    exchange: Exchange,
    get: Get,
    sample: Sample,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    path: str,
    limits: dict[str, Any],
) -> None:
    for limit, value in limits.items():
        monkeypatch.setattr(exchange.limits, limit, value)
    recorded = sample(f"fmp/{'empty_unknown_symbol' if name == 'empty' else f'error_{name}'}.json")
    asked = path if "apikey" in path else path + ("&" if "?" in path else "?") + f"apikey={FMP_KEY}"
    answer = get("/fmp" + asked)
    # The same words were seen with both statuses; here they come with the one that fits.
    status = 429 if name == "200_limit_reach" else recorded["status"]
    assert answer.status_code == status
    if "body_text" in recorded:
        assert answer.text == recorded["body_text"]
    else:
        assert answer.json() == recorded["body"]


def test_an_fmp_symbol_beyond_the_plan_is_refused_in_plain_text(get: Get, sample: Sample) -> None:
    recorded = sample("fmp/error_402_premium_limit_plaintext.json")
    answer = get("/fmp/stable/quote", symbol="BARC.L", apikey=FMP_KEY)
    assert answer.status_code == recorded["status"]
    assert answer.headers["Content-Type"].startswith("text/plain")
    words = "Premium Query Parameter: 'Special"
    assert [text.startswith(words) for text in (answer.text, recorded["body_text"])] == [True, True]
