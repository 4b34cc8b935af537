"""Binance's answers have the keys and types of the recorded samples, its refusals their words."""

from __future__ import annotations

import pytest
from sample_shapes import Get, Sample, differences, kind


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("aggTrades_BTCUSDT_2026_from_archive", "aggTrades?symbol=BTCUSDT"),
        ("depth_BTCUSDT_recorded_2019", "depth?symbol=BTCUSDT"),
        ("exchangeInfo_2026_composed", "exchangeInfo"),
        ("klines_BTCUSDT_1d_recorded_2021", "klines?symbol=BTCUSDT&interval=1d&limit=5"),
        ("klines_BTCUSDT_1m_2026_from_archive", "klines?symbol=BTCUSDT&interval=1m"),
        ("ticker24hr_BTCUSDT_recorded_2019", "ticker/24hr?symbol=BTCUSDT"),
        ("ticker24hr_full_documented", "ticker/24hr?symbol=BNBBTC"),
        ("time", "time"),
        ("trades_BTCUSDT_recorded_2019", "trades?symbol=BTCUSDT"),
    ],
)
def test_a_binance_answer_has_the_keys_of_its_sample(
    get: Get, sample: Sample, name: str, path: str
) -> None:
    answer = get("/binance/api/v3/" + path)
    assert answer.status_code == 200
    recorded, given = sample(f"binance/{name}.json"), answer.json()
    assert differences(recorded, given) == []
    if name.startswith("klines"):
        assert [kind(one) for one in recorded[0]] == [kind(one) for one in given[0]]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("illegal_chars", "klines?symbol=btcusdt&interval=1m"),
        ("invalid_interval", "klines?symbol=BTCUSDT&interval=2m"),
        ("invalid_symbol", "klines?symbol=NOSUCH&interval=1m"),
        ("missing_symbol", "klines?interval=1m"),
        ("too_many_params", "ping?a=1&b=2"),
    ],
)
def test_a_binance_refusal_is_the_recorded_one_word_for_word(
    get: Get, sample: Sample, name: str, path: str
) -> None:
    recorded = sample(f"binance/error_400_{name}.json")
    answer = get("/binance/api/v3/" + path)
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])
