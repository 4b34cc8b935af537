"""Alpha Vantage's minutes and their clocks, its csv, and its pairs."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from alpha_vantage_answers import context, figures, played, window
from cases.alpha_vantage import bars
from provider_runs import run
from scripted_server import ScriptedServer, answer

from extract import alpha_vantage
from extract.work import WorkItem
from sandbox import Exchange
from sandbox.alpha_vantage import words
from warehouse import clock

PRICES = ("open", "high", "low", "close")


@pytest.fixture(autouse=True)
def _after_all_of_it() -> None:
    clock.use(lambda: datetime(2026, 3, 20, 12))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("09:30:00", "15:55:00", datetime(2026, 3, 2, 14, 30)),
        ("09:35:00", "16:00:00", datetime(2026, 3, 2, 14, 30)),
        ("04:05:00", "20:00:00", datetime(2026, 3, 2, 9, 0)),
        ("04:00:00", "19:55:00", datetime(2026, 3, 2, 9, 0)),
        ("11:00:00", "12:00:00", datetime(2026, 3, 2, 16, 0)),
    ],
)
def test_stamps_are_starts_unless_they_reach_the_markets_end(
    first: str, last: str, expected: datetime, tmp_path: Path
) -> None:
    stamps = {f"2026-03-02 {one}": figures() for one in (last, "11:05:00", first)}
    body = {"Meta Data": {"6. Time Zone": "US/Eastern"}, "Time Series (5min)": stamps}
    day = datetime(2026, 3, 2)
    item = bars("IBM", "5m", day, day + timedelta(days=1, hours=2))
    landed = played(tmp_path, [item], body, plan="premium")
    assert min(row["opened_at"] for row in landed.tables["alpha_vantage_bars"]) == expected


def test_minutes_are_asked_raw_a_month_at_a_time(tmp_path: Path) -> None:
    item = bars("IBM", "5m", datetime(2026, 1, 30, 14, 30), datetime(2026, 2, 2, 21))
    empty = {"Meta Data": {"6. Time Zone": "US/Eastern"}, "Time Series (5min)": {}}
    with ScriptedServer(answer("{}"), answer(json.dumps(empty))) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url, plan="premium"))
        assert [line.split("month=")[1][:7] for line in server.first_lines] == [
            "2026-01", "2026-02",
        ]  # fmt: skip
        asked = server.first_lines[0]
    for parameter in ("adjusted=false", "extended_hours=false", "outputsize=full"):
        assert parameter in asked
    assert [one["outcome"] for one in landed.requests] == ["empty", "empty"]
    pieces = alpha_vantage.chunks("5m", item.start, item.end, item.end)
    assert [end for _, end in pieces] == [datetime(2026, 2, 1), item.end]


def test_clocks_that_change_in_a_month_move_the_stamps(tmp_path: Path) -> None:
    stamps = {f"2026-03-{day} 09:30:00": figures() for day in ("06", "09")}
    body = {"Meta Data": {"6. Time Zone": "US/Eastern"}, "Time Series (5min)": stamps}
    item = bars("IBM", "5m", datetime(2026, 3, 2), datetime(2026, 3, 11))
    landed = played(tmp_path, [item], body, plan="premium")
    assert [row["opened_at"] for row in landed.tables["alpha_vantage_bars"]] == [
        datetime(2026, 3, 6, 14, 30), datetime(2026, 3, 9, 13, 30),
    ]  # fmt: skip


def test_csv_is_read_with_its_own_line_ends_and_its_errors_as_json(tmp_path: Path) -> None:
    item = window(date(2026, 3, 2), date(2026, 3, 3))
    text = (
        "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n"
        "2026-03-03,2,4,1,3,2.9,10,0.0000,1.0\r\n2026-03-02,1,2,1,2,1.9,20,0.5000,2.0\r\n"
    )
    landed = played(tmp_path, [item], text, datatype="csv")
    rows = landed.tables["alpha_vantage_bars"]
    assert [row["bar_date"] for row in rows] == [date(2026, 3, 2), date(2026, 3, 3)]
    assert [row["split_coefficient"] for row in rows] == [Decimal(2), Decimal(1)]
    assert landed.rejected == []
    refused = played(tmp_path, [item], words.invalid("TIME_SERIES_DAILY"), datatype="csv")
    assert refused.outcomes == ["unknown_symbol"]


@pytest.mark.parametrize(
    "labels",
    [
        ("1. open", "2. high", "3. low", "4. close", "5. volume"),
        ("1a. open (EUR)", "1b. open (USD)", "2a. high (EUR)", "2b. high (USD)",
         "3a. low (EUR)", "3b. low (USD)", "4a. close (EUR)", "4b. close (USD)",
         "5. volume", "6. market cap (USD)"),
    ],
)  # fmt: skip
def test_a_pair_lands_in_its_market_whatever_its_labels(
    labels: tuple[str, ...], tmp_path: Path
) -> None:
    clock.use(lambda: datetime(2026, 3, 4, 12))
    values = figures(*labels) | {one: "1" for one in labels if "(USD)" in one}
    rows = {f"2026-03-0{day}": values for day in (4, 3, 2)}
    body = {"Time Series (Digital Currency Daily)": rows, "Meta Data": {"7. Time Zone": "UTC"}}
    item = WorkItem(
        "alpha_vantage", "bars", ("BTC/EUR",), "test", 1, "1d",
        datetime(2026, 3, 2), datetime(2026, 3, 5),
    )  # fmt: skip
    with ScriptedServer(answer(json.dumps(body))) as server:
        landed = run(alpha_vantage, [item], context(tmp_path, server.url))
        assert "symbol=BTC&market=EUR" in server.first_lines[0]
    found = landed.tables["alpha_vantage_bars"]
    assert [row["bar_date"] for row in found] == [date(2026, 3, 2), date(2026, 3, 3)]
    assert {row[name] for row in found for name in PRICES} == {Decimal("10.1234")}


@pytest.mark.parametrize("datatype", ["json", "csv"])
def test_minutes_are_the_markets_own_to_the_last_one_that_is_over(
    datatype: str, exchange: Exchange, tmp_path: Path
) -> None:
    clock.use(exchange.now)
    url = f"{exchange.url}/alpha_vantage"
    given = context(tmp_path, url, key="premium-test", plan="premium", datatype=datatype)
    start, end = datetime(2026, 3, 6, 14, 30), datetime(2026, 3, 11, 16)
    landed = run(alpha_vantage, [bars("AAPL", "5m", start, end)], given)
    truth = exchange.truth.bars("AAPL", "5m", start, exchange.now())
    rows = landed.tables["alpha_vantage_bars"]
    assert [row["opened_at"] for row in rows] == [one.opened_at for one in truth]
    assert [[row[name] for name in (*PRICES, "volume")] for row in rows] == [
        [getattr(one, name) for name in (*PRICES, "volume")] for one in truth
    ]


def test_minutes_of_a_pair_are_in_utc(exchange: Exchange, tmp_path: Path) -> None:
    clock.use(exchange.now)
    url = f"{exchange.url}/alpha_vantage"
    given = context(tmp_path, url, key="premium-test", plan="premium")
    start, end = datetime(2026, 3, 11, 3), datetime(2026, 3, 11, 15)
    item = WorkItem("alpha_vantage", "bars", ("BTC/USD",), "test", 1, "5m", start, end)
    rows = run(alpha_vantage, [item], given).tables["alpha_vantage_bars"]
    truth = exchange.truth.bars("BTC-USD", "5m", start, end)
    assert [(row["opened_at"], row["close"]) for row in rows] == [
        (one.opened_at, one.close) for one in truth
    ]
