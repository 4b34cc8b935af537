"""Answers have the keys and types of the recorded samples, endpoint by endpoint."""

from __future__ import annotations

from calendar import timegm
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from sandbox import Exchange

Get = Callable[..., requests.Response]
Sample = Callable[[str], Any]
CHART = "/yahoo/v8/finance/chart/"
AFTER_CLOSE = datetime(2026, 3, 11, 21, 30)


def stamp(*parts: int) -> int:
    return timegm(datetime(*parts).timetuple())  # type: ignore[arg-type]


def differences(recorded: Any, given: Any, path: str = "", more: bool = False) -> list[str]:
    """Where two payloads differ in keys or kinds of values; `more` forgives keys of ours."""
    if isinstance(recorded, dict) and isinstance(given, dict):
        if path.endswith((".dividends", ".splits")) or ".Time Series" in path[-45:]:
            recorded, given = ({"*": next(iter(one.values()))} for one in (recorded, given))
        found = [f"missing {path}.{key}" for key in recorded.keys() - given.keys()]
        if not more:
            found += [f"extra {path}.{key}" for key in given.keys() - recorded.keys()]
        for key in recorded.keys() & given.keys():
            found += differences(recorded[key], given[key], f"{path}.{key}", more)
        return found
    if isinstance(recorded, list) and isinstance(given, list):
        if recorded and given:
            return differences(recorded[0], given[0], f"{path}[0]", more)
        return [] if bool(recorded) == bool(given) else [f"emptiness {path}"]
    return [] if kind(recorded) == kind(given) else [f"type {path}"]


def kind(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


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
