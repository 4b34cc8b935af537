"""Recorded answers of Massive, replayed byte for byte at the transport's edge."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from provider_runs import SAMPLES, Landed, context_for, massive_bars, run, sample
from scripted_server import ScriptedServer, answer

from extract import massive
from extract.work import WorkItem
from warehouse import clock

NOW = datetime(2026, 3, 11, 15)
KEY = "paid-key-of-samples"


@pytest.fixture(autouse=True)
def _later() -> None:
    clock.use(lambda: NOW)


def replayed(item: WorkItem, tmp_path: Path, *names: str) -> Landed:
    bodies = []
    for name in names:
        sample("polygon", name)
        bodies.append((SAMPLES / "polygon" / name).read_bytes())
    with ScriptedServer(*map(answer, bodies)) as server:
        landed = run(massive, [item], context_for(tmp_path, server.url, KEY))
    assert len(server.requests) == len(names)
    return landed


def year(first: int, symbol: str = "AAPL") -> WorkItem:
    return massive_bars(symbol, "1d", datetime(first, 1, 1), datetime(first + 1, 1, 1))


def about(endpoint: str) -> WorkItem:
    symbols = () if endpoint.startswith("market") else ("AAPL",)
    return WorkItem("massive", endpoint, symbols, "test")


def test_recorded_days_land_as_they_were_given(tmp_path: Path) -> None:
    """Newest first, and volumes written as 6.3896155e+07."""
    landed = replayed(year(2023), tmp_path, "aggs_AAPL_1day_2023_recorded_exact_bytes.json")
    rows = landed.tables["massive_bars"]
    assert landed.rejected == []
    assert [row["stamped_at"] for row in rows] == [
        datetime(2023, 1, day, 5) for day in (10, 9, 6, 5, 4, 3)
    ]
    assert [row["volume"] for row in rows][:2] == [63896155, 70790813]
    assert [row["close"] for row in rows][-1] == Decimal("125.07")
    assert [row["vwap"] for row in rows][2] == Decimal("128.1982")
    assert {row["is_adjusted"] for row in rows} == {True}
    assert landed.requests[0]["row_count"] == 6


def test_recorded_days_are_stamped_by_new_yorks_clock(tmp_path: Path) -> None:
    """1 April 2005 is in winter time, the 4th in summer time."""
    landed = replayed(year(2005), tmp_path, "aggs_AAPL_1day_2005_mock.json")
    assert [row["stamped_at"] for row in landed.tables["massive_bars"]] == [
        datetime(2005, 4, 1, 5),
        datetime(2005, 4, 4, 4),
    ]


def test_recorded_pages_follow_each_other(tmp_path: Path) -> None:
    """The next page is told under the vendor's old name."""
    landed = replayed(
        year(2023), tmp_path, "aggs_AAPL_page1_of_2.json", "aggs_AAPL_page2_of_2.json"
    )
    assert [row["stamped_at"].day for row in landed.tables["massive_bars"]] == [3, 4, 5, 6, 9, 10]
    assert [one["window_end"] for one in landed.requests] == [
        datetime(2023, 1, 6, 5),
        datetime(2024, 1, 1),
    ]


def test_the_documented_page_is_read_before_its_next_one(tmp_path: Path) -> None:
    landed = replayed(
        year(2020),
        tmp_path,
        "aggs_documented_example_with_next_url.json",
        "aggs_empty_range.json",
    )
    assert [row["volume"] for row in landed.tables["massive_bars"]] == [135647456, 146535512]
    assert [one["outcome"] for one in landed.requests] == ["ok", "empty"]


def test_a_recorded_empty_range_is_empty(tmp_path: Path) -> None:
    landed = replayed(year(2023), tmp_path, "aggs_empty_range.json")
    assert (landed.requests[0]["outcome"], landed.outcomes) == ("empty", [])


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("error_400_validation.json", "malformed"),
        ("error_401_bad_key.json", "unauthorised"),
        ("error_401_no_key.json", "unauthorised"),
        ("error_403_not_entitled.json", "out_of_range"),
        ("error_403_timeframe.json", "out_of_range"),
        ("error_404_not_found.json", "unknown_symbol"),
        ("error_429.json", "throttled"),
    ],
)
def test_recorded_refusals_have_their_outcome_and_say_why(
    name: str, outcome: str, tmp_path: Path
) -> None:
    recorded = sample("polygon", name)
    with ScriptedServer(answer(json.dumps(recorded["body"]), recorded["status"])) as server:
        landed = run(massive, [year(2025)], context_for(tmp_path, server.url, KEY, attempts=1))
    assert landed.outcomes == [outcome]
    said = recorded["body"].get("error") or recorded["body"]["message"]
    assert said[:30] in landed.context.failures[0].detail
    assert landed.requests[0]["status"] == recorded["status"]


def test_recorded_trades_land_as_they_were_given(tmp_path: Path) -> None:
    """Two trades of one number on two exchanges."""
    rows = replayed(about("trades"), tmp_path, "trades_AAPL_mock.json").tables["massive_trades"]
    given = sample("polygon", "trades_AAPL_mock.json")["results"]
    assert [(row["trade_id"], row["exchange_id"]) for row in rows] == [
        ("183276", 11),
        ("183276", 12),
    ]
    for row, one in zip(rows, given, strict=True):
        assert row["price"] == Decimal(str(one["price"]))
        assert row["sip_timestamp_ns"] == one["sip_timestamp"]
        assert row["trf_timestamp_ns"] == one["trf_timestamp"]
        assert (row["conditions"], row["correction"], row["size"]) == ("12,37", 1, 10)


def test_recorded_quotes_land_as_they_were_given(tmp_path: Path) -> None:
    window = (datetime(2022, 5, 10), datetime(2022, 5, 11))
    item = WorkItem("massive", "quotes", ("AAPL",), "test", 1, start=window[0], end=window[1])
    names = ["quotes_AAPL_page1_mock.json", "quotes_AAPL_page2_mock.json"]
    pages = [sample("polygon", name) for name in names]
    given = [row for page in pages for row in page["results"]]
    rows = quotes_of(pages, item, tmp_path)
    assert [row["sip_timestamp_ns"] for row in rows] == [one["sip_timestamp"] for one in given]
    assert [row["ask_price"] for row in rows] == [Decimal(str(one["ask_price"])) for one in given]
    assert [row["bid_size"] for row in rows] == [one["bid_size"] for one in given]


def quotes_of(pages: list[Any], item: WorkItem, tmp_path: Path) -> list[dict[str, Any]]:
    """The first page is recorded with or without the address of the next one."""
    next_url = "https://api.massive.com/v3/quotes/AAPL?cursor=a"
    bodies = [{**pages[0], "next_url": next_url}, {**pages[1], "next_url": None}]
    with ScriptedServer(*(answer(json.dumps(body)) for body in bodies)) as server:
        landed = run(massive, [item], context_for(tmp_path, server.url, KEY))
    assert landed.rejected == []
    return landed.tables["massive_quotes"]


def test_the_documented_quote_has_no_offer(tmp_path: Path) -> None:
    landed = replayed(about("quotes"), tmp_path, "quotes_documented_example.json")
    rows = landed.tables["massive_quotes"]
    assert [(row["ask_price"], row["bid_price"]) for row in rows] == [
        (0, Decimal("102.7")),
        (0, 170),
    ]
    assert [row["conditions"] for row in rows] == ["1", "1"]


def test_recorded_tickers_land_when_they_are_the_one_asked_for(tmp_path: Path) -> None:
    given = sample("polygon", "reference_tickers_page1_mock.json")
    item = WorkItem("massive", "tickers", ("AA",), "test")
    with ScriptedServer(answer(json.dumps({**given, "next_url": None}))) as server:
        landed = run(massive, [item], context_for(tmp_path, server.url, KEY))
    (row,) = landed.tables["massive_tickers"]
    assert (row["name"], row["primary_exchange"]) == ("Alcoa Corporation", "XNYS")
    assert row["updated_at"] == datetime(2022, 4, 27)
    assert [one["reason"] for one in landed.rejected] == ["not asked for: 'A'"]


def test_a_recorded_market_status_lands_as_it_was_given(tmp_path: Path) -> None:
    landed = replayed(about("market_status"), tmp_path, "marketstatus_now_mock.json")
    (row,) = landed.tables["massive_market_status"]
    assert row["server_at"] == datetime(2022, 4, 28, 20, 48, 8)
    assert (row["market"], row["is_after_close"], row["fx"]) == ("extended-hours", True, "open")
    assert row["observed_at"] == NOW


def test_recorded_holidays_land_as_they_were_given(tmp_path: Path) -> None:
    landed = replayed(about("market_holidays"), tmp_path, "marketstatus_upcoming_mock.json")
    rows = landed.tables["massive_market_holidays"]
    given = sample("polygon", "marketstatus_upcoming_mock.json")
    assert [row["holiday_date"] for row in rows] == [date.fromisoformat(o["date"]) for o in given]
    assert [row["closes_at"] for row in rows if row["status"] == "early-close"] == [
        datetime(2022, 11, 25, 18)
    ] * 2


def test_what_later_years_added_to_trades_is_understood(tmp_path: Path) -> None:
    """A fractional size, an unknown field, no conditions, a stamp with an exponent."""
    body = (
        b'{"results":[{"id":"71675225257543","exchange":4,"price":1.5634e+02,"size":0,'
        b'"decimal_size":"0.0015","participant_timestamp":1789706368198846001,'
        b'"sip_timestamp":1.789718406372522227e18,"sequence_number":3610,"tape":1,'
        b'"trf_id":202,"trf_timestamp":1789718406372162990,"brand_new":{"a":[1]}}]}'
    )
    clock.use(lambda: datetime(2026, 10, 1))
    with ScriptedServer(answer(body)) as server:
        landed = run(massive, [about("trades")], context_for(tmp_path, server.url, KEY))
    (row,) = landed.tables["massive_trades"]
    assert landed.rejected == []
    assert row["sip_timestamp_ns"] == 1789718406372522227
    assert row["participant_timestamp_ns"] == 1789706368198846001
    assert (row["size"], row["price"]) == (Decimal("0.0015"), Decimal("156.34"))
    assert (row["conditions"], row["correction"]) == (None, None)


@pytest.mark.parametrize("stamp", [1789718406372, 1789718406372522, "1789718406372522227", 1.5])
def test_a_trade_stamped_in_another_unit_is_set_aside(stamp: object, tmp_path: Path) -> None:
    """The stream tells milliseconds where this tells nanoseconds."""
    trade = {"id": "1", "exchange": 4, "price": 1, "size": 1}
    trade |= {"sequence_number": 1, "sip_timestamp": stamp}
    with ScriptedServer(answer(json.dumps({"results": [trade]}))) as server:
        landed = run(massive, [about("trades")], context_for(tmp_path, server.url, KEY))
    assert landed.tables["massive_trades"] == []
    assert landed.rejected[0]["reason"].startswith("sip_timestamp is not a ")
