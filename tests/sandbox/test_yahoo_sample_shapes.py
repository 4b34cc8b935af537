"""Yahoo's answers have the keys and types of the recorded samples, its refusals their words."""

from __future__ import annotations

from calendar import timegm
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from sample_shapes import Get, Sample, differences
from yahoo_charts import CHART

from sandbox import Exchange

AFTER_CLOSE = datetime(2026, 3, 11, 21, 30)


def stamp(*parts: int) -> int:
    return timegm(datetime(*parts).timetuple())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "symbol", "query"),
    [
        (
            "AAPL_1d_split_dividend_2020",
            "AAPL",
            {
                "period1": stamp(2020, 8, 31),
                "period2": stamp(2020, 11, 12),
                "interval": "1d",
                "events": "div,splits",
            },
        ),
        (
            "AAPL_1m_weekend_no_timestamp_2025",
            "AAPL",
            {"period1": stamp(2026, 3, 7), "period2": stamp(2026, 3, 8), "interval": "1m"},
        ),
        (
            "BTC-USD_1d_2020",
            "BTC-USD",
            {"period1": stamp(2020, 1, 1), "period2": stamp(2020, 1, 3), "interval": "1d"},
        ),
        (
            "EURUSD=X_1d_2020",
            "EURUSD=X",
            {"period1": stamp(2020, 1, 1), "period2": stamp(2020, 1, 3), "interval": "1d"},
        ),
        (
            "GC=F_1d_2020",
            "GC=F",
            {"period1": stamp(2020, 1, 2), "period2": stamp(2020, 1, 3), "interval": "1d"},
        ),
        (
            "MSFT_1d_dividends_2021",
            "MSFT",
            {
                "period1": stamp(2021, 2, 1),
                "period2": stamp(2022, 2, 1),
                "interval": "1d",
                "events": "div,splits",
            },
        ),
        (
            "MUTUALFUND_1d_2024",
            "0P0000XTS7",
            {"period1": stamp(2024, 9, 12), "period2": stamp(2024, 9, 14), "interval": "1d"},
        ),
        (
            "TSLA_1h_holiday_no_timestamp_2025",
            "TSLA",
            {
                "period1": stamp(2024, 12, 31, 22),
                "period2": stamp(2025, 1, 1, 22),
                "interval": "1h",
                "includePrePost": "true",
            },
        ),
    ],
)
def test_a_chart_has_the_keys_of_its_sample(
    exchange: Exchange, get: Get, sample: Sample, name: str, symbol: str, query: dict[str, Any]
) -> None:
    exchange.set_clock(AFTER_CLOSE)
    given = get(CHART + symbol, **query).json()
    assert differences(sample(f"yahoo/chart_{name}.json"), given) == []


def test_an_old_chart_with_trading_periods_has_no_key_we_lack(get: Get, sample: Sample) -> None:
    window = {"period1": stamp(2026, 3, 10, 12), "period2": stamp(2026, 3, 10, 13)}
    given = get(CHART + "BARC.L", interval="1m", **window).json()
    recorded = sample("yahoo/chart_BARC.L_1m_mostly_null_2017.json")
    assert differences(recorded, given, more=True) == []


@pytest.mark.parametrize(
    ("name", "symbol", "fields"),
    [
        ("AAPL_BABA", "AAPL", None),
        ("BTC-USD", "BTC-USD", None),
        ("EURUSD=X", "EURUSD=X", None),
        ("fields_symbol", "TSLA", "regularMarketPrice,regularMarketTime"),
        ("unknown_symbol_empty", "NOPE", None),
    ],
)
def test_a_quote_has_the_keys_of_its_sample(
    exchange: Exchange, sample: Sample, name: str, symbol: str, fields: str | None
) -> None:
    exchange.set_clock(AFTER_CLOSE)
    with requests.Session() as session:
        base = exchange.url + "/yahoo"
        session.get(base + "/", timeout=10)
        crumb = session.get(base + "/v1/test/getcrumb", timeout=10).text
        query = {"symbols": symbol, "crumb": crumb} | ({"fields": fields} if fields else {})
        answer = session.get(base + "/v7/finance/quote", params=query, timeout=10)
    assert answer.status_code == 200
    assert differences(sample(f"yahoo/quote_v7_{name}.json"), answer.json()) == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("400_bad_interval", "AAPL?interval=45m&range=1d"),
        ("404_delisted", "NOSUCH?interval=1d&range=1d"),
        ("404_delisted", "TWTR?interval=1d&range=1d"),
    ],
)
def test_a_yahoo_refusal_is_the_recorded_one_word_for_word(
    get: Get, sample: Sample, name: str, path: str
) -> None:
    recorded = sample(f"yahoo/error_{name}.json")
    answer = get(CHART + path)
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"])


def test_a_wrong_yahoo_path_answers_the_recorded_xml(get: Get, sample: Sample) -> None:
    recorded = sample("yahoo/error_404_path_xml.json")
    answer = get("/yahoo/v9/nothing")
    assert (answer.status_code, answer.text) == (404, recorded["body_text"])
    assert answer.headers["Content-Type"].startswith("application/xml")


@pytest.mark.parametrize(
    ("name", "interval"), [("1m_span_8d", "1m"), ("5m_age_60d", "5m"), ("1h_age_730d", "1h")]
)
def test_a_window_out_of_reach_is_refused_in_the_recorded_words(
    exchange: Exchange, get: Get, sample: Sample, name: str, interval: str
) -> None:
    recorded = sample(f"yahoo/error_422_{name}.json")["body"]["chart"]["error"]
    numbers = [
        int(word.split("=")[1].rstrip("."))
        for word in recorded["description"].split()
        if "Time=" in word
    ]
    exchange.set_clock(datetime.fromtimestamp(numbers[1], UTC))
    answer = get(CHART + "AAPL", period1=numbers[0], period2=numbers[1], interval=interval)
    assert answer.status_code == 422
    assert answer.json()["chart"]["error"] == recorded
