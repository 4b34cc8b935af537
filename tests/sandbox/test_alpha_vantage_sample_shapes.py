"""Alpha Vantage's answers have the shape of the recorded samples, its refusals their words."""

from __future__ import annotations

import pytest
from sample_shapes import Get, Sample, differences


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("daily_IBM_recorded_2024_head", "function=TIME_SERIES_DAILY&symbol=AAPL"),
        ("daily_SPY_recorded_2020_head", "function=TIME_SERIES_DAILY&symbol=SPY"),
        (
            "daily_adjusted_AAPL_recorded_2020_head",
            "function=TIME_SERIES_DAILY_ADJUSTED&symbol=AAPL",
        ),
        (
            "intraday_15min_AAPL_json_from_recorded_csv",
            "function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=15min",
        ),
        (
            "intraday_1min_MSFT_compact_recorded_2017",
            "function=TIME_SERIES_INTRADAY&symbol=MSFT&interval=1min",
        ),
        ("global_quote_MSFT_recorded_2018", "function=GLOBAL_QUOTE&symbol=MSFT"),
        ("empty_global_quote_unknown_symbol", "function=GLOBAL_QUOTE&symbol=NOPE"),
        (
            "digital_currency_daily_BTC_EUR_current_shape_2026",
            "function=DIGITAL_CURRENCY_DAILY&symbol=BTC&market=USD",
        ),
    ],
)
def test_an_alpha_vantage_answer_has_the_keys_of_its_sample(
    get: Get, sample: Sample, name: str, query: str
) -> None:
    answer = get(f"/alpha_vantage/query?{query}&apikey=premium")
    assert answer.status_code == 200
    recorded = sample(f"alpha_vantage/{name}.json")
    assert differences(recorded, answer.json()) == []


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("bad_symbol_daily", "function=TIME_SERIES_DAILY&symbol=NOPE&apikey=x"),
        (
            "bad_symbol_intraday",
            "function=TIME_SERIES_INTRADAY&symbol=AAPL&interval=2min&apikey=premium",
        ),
        ("demo_key", "function=TIME_SERIES_DAILY&symbol=AAPL&apikey=demo"),
        ("missing_key", "function=TIME_SERIES_DAILY&symbol=AAPL"),
        ("premium_endpoint", "function=TIME_SERIES_DAILY_ADJUSTED&symbol=AAPL&apikey=x"),
        (
            "premium_outputsize_full",
            "function=TIME_SERIES_DAILY&symbol=AAPL&outputsize=full&apikey=x",
        ),
    ],
)
def test_an_alpha_vantage_refusal_is_the_recorded_one_word_for_word(
    get: Get, sample: Sample, name: str, query: str
) -> None:
    answer = get(f"/alpha_vantage/query?{query}")
    assert (answer.status_code, answer.json()) == (
        200,
        sample(f"alpha_vantage/error_200_{name}.json"),
    )
