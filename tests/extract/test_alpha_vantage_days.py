"""Alpha Vantage's days and quotes: labels without an order, bad rows, the running day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alpha_vantage_answers import context, daily, figures, played, window
from cases.alpha_vantage import bars
from provider_runs import run

from extract import alpha_vantage
from extract.work import WorkItem
from sandbox import Exchange
from warehouse import clock


@pytest.fixture(autouse=True)
def _after_all_of_it() -> None:
    clock.use(lambda: datetime(2026, 3, 20, 12))


def test_labels_are_matched_by_their_words_not_by_their_numbers(tmp_path: Path) -> None:
    labels = ("1. close", "2. adjusted close", "3. volume", "4. split coefficient", "open",
              "6. high", "7. low", "8. dividend amount", "9. mood")  # fmt: skip
    values = dict(
        zip(labels, ("4", "3", "77", "2.0", "1", "5", "0.5", "0.25", "fine"), strict=True)
    )
    item = window(date(2026, 3, 2), date(2026, 3, 2))
    (row,) = played(tmp_path, [item], daily({"2026-03-02": values})).tables["alpha_vantage_bars"]
    expected = {
        "open": "1", "high": "5", "low": "0.5", "close": "4", "volume": "77",
        "adjusted_close": "3", "dividend_amount": "0.25", "split_coefficient": "2",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == {
        name: Decimal(text) for name, text in expected.items()
    }


def test_a_bar_that_cannot_be_read_is_set_aside_and_the_others_land(tmp_path: Path) -> None:
    rows = {"2026-03-02": figures("1. open", "2. high", "3. low", "5. volume"),
            "2026-03-03": figures() | {"2. high": "n/a"},
            "2026-03-04": figures()}  # fmt: skip
    item = window(date(2026, 3, 2), date(2026, 3, 6))
    landed = played(tmp_path, [item], daily(rows))
    assert [row["bar_date"] for row in landed.tables["alpha_vantage_bars"]] == [date(2026, 3, 4)]
    assert [row["reason"] for row in landed.rejected] == [
        "no 'close' among the labels", "high is not a number: 'n/a'",
    ]  # fmt: skip
    assert landed.requests[0]["row_count"] == 3


def test_the_running_day_is_left_out_also_when_it_has_an_hour(tmp_path: Path) -> None:
    clock.use(lambda: datetime(2026, 3, 3, 18))
    rows = {"2026-03-03 13:00:00": figures(), "2026-03-02": figures()}
    landed = played(tmp_path, [window(date(2026, 3, 2), date(2026, 3, 3))], daily(rows))
    assert [row["bar_date"] for row in landed.tables["alpha_vantage_bars"]] == [date(2026, 3, 2)]
    assert landed.rejected == []


def test_a_quote_has_no_sign_of_percent_and_says_when_it_is_late(tmp_path: Path) -> None:
    quote = {
        "01. symbol": "IBM", "02. open": "112.6300", "03. high": "113.1700", "04. low": "110.6400",
        "05. price": "112.1300", "06. volume": "29062853", "07. latest trading day": "2026-03-19",
        "08. previous close": "112.7900", "09. change": "-0.6600", "10. change percent": "-0.5852%",
    }  # fmt: skip
    item = WorkItem("alpha_vantage", "quotes", ("IBM",), "snapshot", 1)
    label = "Global Quote - DATA DELAYED BY 15 MINUTES"
    landed = played(tmp_path, [item, item], {"Global Quote": quote}, {label: quote})
    first, second = landed.tables["alpha_vantage_quotes"]
    assert (first["change_percent"], first["volume"]) == (-0.5852, 29062853)
    assert (first["trading_date"], first["price"]) == (date(2026, 3, 19), Decimal("112.13"))
    assert (first["delay_minutes"], second["delay_minutes"]) == (None, 15)
    empty = played(tmp_path, [item], {"Global Quote": {}})
    assert empty.outcomes == ["unknown_symbol"]


def test_days_of_a_premium_plan_are_as_traded_and_bring_splits_and_dividends(
    exchange: Exchange, tmp_path: Path
) -> None:
    url = f"{exchange.url}/alpha_vantage"
    given = context(tmp_path, url, key="premium-test", plan="premium")
    start, end = datetime(2026, 2, 2, 14, 30), datetime(2026, 3, 10, 20)
    landed = run(alpha_vantage, [bars("TSM", "1d", start, end)], given)
    rows = landed.tables["alpha_vantage_bars"]
    truth = exchange.truth.bars("TSM", "1d", start, end)
    assert [row["bar_date"] for row in rows] == [one.session_date for one in truth]
    assert [row["close"] for row in rows] == [one.close for one in truth]
    split = [row for row in rows if row["split_coefficient"] != 1]
    assert [(row["bar_date"], row["split_coefficient"]) for row in split] == [
        (date(2026, 2, 17), Decimal(2))
    ]
    assert rows[0]["adjusted_close"] < rows[0]["close"] * Decimal("0.51")
    assert rows[-1]["adjusted_close"] == rows[-1]["close"]
