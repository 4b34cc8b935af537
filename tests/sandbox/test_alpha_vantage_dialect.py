"""Alpha Vantage's dialect: what each function answers, and the plan that the key stands for."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from sandbox import Exchange
from sandbox.alpha_vantage import words

Ask = Callable[..., Any]


@pytest.fixture
def ask(get: Callable[..., requests.Response]) -> Ask:
    def asked(function: str, key: str = "premium", **parameters: str) -> Any:
        query = {"function": function, "apikey": key, "symbol": "AAPL"} | parameters
        return get("/alpha_vantage/query", **query).json()

    return asked


def test_days_are_as_traded_newest_first_and_the_running_one_is_among_them(
    exchange: Exchange, ask: Ask
) -> None:
    days = ask("TIME_SERIES_DAILY", key="any")["Time Series (Daily)"]
    assert len(days) == 100
    assert list(days) == sorted(days, reverse=True)
    assert next(iter(days)) == "2026-03-11"
    truth = exchange.truth.bars("AAPL", "1d", datetime(2026, 3, 9), datetime(2026, 3, 10))[0]
    assert days["2026-03-09"]["4. close"] == f"{truth.close:.4f}"


def test_minutes_are_adjusted_unless_asked_raw(ask: Ask) -> None:
    def closes(**parameters: str) -> list[Decimal]:
        found = ask(
            "TIME_SERIES_INTRADAY", symbol="TSM", interval="15min", month="2026-02", **parameters
        )["Time Series (15min)"]
        return [Decimal(found[one]["4. close"]) for one in sorted(found)]

    raw, adjusted = closes(adjusted="false", outputsize="full"), closes(outputsize="full")
    assert len(raw) == len(adjusted) > 26 * 15
    assert raw[0] == pytest.approx(2 * adjusted[0], rel=Decimal("0.001"))
    assert raw[-1] == adjusted[-1]
    assert len(closes()) == 100


def test_stamps_are_starts_on_the_exchanges_clock(ask: Ask) -> None:
    given = ask("TIME_SERIES_INTRADAY", interval="5min", month="2026-03", outputsize="full")
    stamps = [stamp for stamp in given["Time Series (5min)"] if stamp < "2026-03-11"]
    assert {min(one[11:] for one in stamps), max(one[11:] for one in stamps)} == {
        "09:30:00",
        "15:55:00",
    }
    assert given["Meta Data"]["6. Time Zone"] == "US/Eastern"


def test_a_split_shows_in_the_adjusted_days(ask: Ask) -> None:
    days = ask("TIME_SERIES_DAILY_ADJUSTED", symbol="TSM")["Time Series (Daily)"]
    assert days["2026-02-17"]["8. split coefficient"] == "2.0"
    assert days["2026-02-18"]["8. split coefficient"] == "1.0"
    before = days["2026-02-13"]
    assert float(before["5. adjusted close"]) == pytest.approx(
        float(before["4. close"]) / 2, rel=0.02
    )


def test_a_quote_is_of_the_latest_day_and_says_its_change_in_percent(ask: Ask) -> None:
    quote = ask("GLOBAL_QUOTE", key="any")["Global Quote"]
    assert quote["07. latest trading day"] == "2026-03-11"
    change = (float(quote["05. price"]) / float(quote["08. previous close"]) - 1) * 100
    assert float(quote["10. change percent"].removesuffix("%")) == pytest.approx(change, abs=1e-4)
    late = ask("GLOBAL_QUOTE", entitlement="delayed")
    assert list(late) == ["Global Quote - DATA DELAYED BY 15 MINUTES"]


def test_pairs_have_days_for_all_and_minutes_for_premium_plans(ask: Ask) -> None:
    pair = {"symbol": "BTC", "market": "USD"}
    days = ask("DIGITAL_CURRENCY_DAILY", key="any", **pair)["Time Series (Digital Currency Daily)"]
    assert len(days) == 350
    assert days["2026-03-09"]["5. volume"].endswith("00000000")
    minutes = ask("CRYPTO_INTRADAY", interval="5min", **pair)
    assert len(minutes["Time Series Crypto (5min)"]) == 100
    assert ask("CRYPTO_INTRADAY", key="any", interval="5min", **pair) == words.PREMIUM_ENDPOINT
    unknown = ask("DIGITAL_CURRENCY_DAILY", symbol="AAPL", market="USD")
    assert unknown == words.invalid("DIGITAL_CURRENCY_DAILY")


def test_a_table_ends_its_lines_as_windows_does_and_its_errors_are_json(
    get: Callable[..., requests.Response], ask: Ask
) -> None:
    text = get(
        "/alpha_vantage/query?function=TIME_SERIES_DAILY_ADJUSTED&symbol=TSM&apikey=premium"
        "&datatype=csv"
    ).text
    assert text.startswith(
        "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n"
    )
    rows = list(csv.DictReader(text.splitlines()))
    assert rows[0]["timestamp"] > rows[-1]["timestamp"]
    assert "Error Message" in ask("TIME_SERIES_DAILY", symbol="NOPE", datatype="csv")


def test_a_free_key_has_a_call_a_second_and_25_a_day(
    exchange: Exchange, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, now = "free-counted", 1000.0
    monkeypatch.setattr("sandbox.gates.clock.monotonic", lambda: now)
    assert "Time Series (Daily)" in ask("TIME_SERIES_DAILY", key=key)
    assert ask("TIME_SERIES_DAILY", key=key) == words.TOO_SOON
    for _ in range(23):
        now += 1.5
        assert "Time Series (Daily)" in ask("TIME_SERIES_DAILY", key=key)
    now += 1.5
    assert ask("TIME_SERIES_DAILY", key=key) == words.day_is_used_up(key)
    now += 86_400
    assert "Time Series (Daily)" in ask("TIME_SERIES_DAILY", key=key)


def test_faults_reach_the_bars_inside_the_answer(exchange: Exchange, ask: Ask) -> None:
    exchange.add_fault({"match": {"dialect": "alpha_vantage"}, "do": {"text_number": {"row": 0}}})
    days = ask("TIME_SERIES_DAILY")["Time Series (Daily)"]
    assert days["2026-03-11"]["4. close"] == "n/a"
    assert days["2026-03-10"]["4. close"] != "n/a"
    exchange.clear_faults()
    exchange.add_fault({"match": {"dialect": "alpha_vantage"}, "do": {"off_grid": {"row": 0}}})
    days = ask("TIME_SERIES_DAILY")["Time Series (Daily)"]
    assert next(iter(days)) == f"{date(2026, 3, 11)} 00:00:17"


def test_a_function_that_does_not_exist_is_refused_in_words(ask: Ask) -> None:
    assert ask("TIME_TRAVEL") == words.no_function("TIME_TRAVEL")
