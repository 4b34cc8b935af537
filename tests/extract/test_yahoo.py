"""Yahoo through yfinance against the sandbox exchange."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from provider_runs import context_for, run, yahoo_bars

from extract import yahoo
from extract.context import FetchContext
from extract.work import WorkItem
from extract.yahoo.chart import in_window
from extract.yahoo.windows import chunks
from sandbox import Exchange

NOW = datetime(2026, 3, 11, 15, 0)
DAY = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20, 0))
ZONE = "America/New_York"


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/yahoo")


def minutes(symbol: str = "AAPL", interval: str = "1m") -> WorkItem:
    return yahoo_bars(symbol, interval, *DAY)


def test_daily_bars_are_the_exchanges_own(exchange: Exchange, context: FetchContext) -> None:
    item = yahoo_bars("AAPL", "1d", datetime(2026, 3, 2, 14, 30), DAY[1])
    landed = run(yahoo, [item], context)
    truth = exchange.truth.bars("AAPL", "1d", item.start, item.end)
    rows = landed.tables["yahoo_bars"]
    assert [row["stamped_at"] for row in rows] == [bar.opened_at for bar in truth]
    assert [round(row["close"], 2) for row in rows] == [float(bar.close) for bar in truth]
    assert [row["volume"] for row in rows] == [int(bar.volume) for bar in truth]
    assert all(row["adj_close"] is not None for row in rows)
    assert {row["request_id"] for row in rows} == {landed.data_requests[0]["request_id"]}


@pytest.mark.parametrize("interval", ["1m", "5m", "15m", "1h"])
def test_intraday_bars_lie_in_the_window_and_have_no_adjusted_close(
    exchange: Exchange, context: FetchContext, interval: str
) -> None:
    landed = run(yahoo, [minutes(interval=interval)], context)
    rows = landed.tables["yahoo_bars"]
    truth = exchange.truth.bars("AAPL", interval, *DAY)
    assert [row["stamped_at"] for row in rows] == [bar.opened_at for bar in truth]
    assert {row["adj_close"] for row in rows} == {None}
    request = landed.data_requests[0]
    assert (request["window_start"], request["window_end"]) == DAY
    assert request["row_count"] == len(rows)


@pytest.mark.parametrize(
    ("symbol", "zone"), [("BTC-USD", "UTC"), ("EURUSD=X", "Europe/London"), ("GC=F", ZONE)]
)
def test_round_the_clock_markets_lose_no_minute(
    exchange: Exchange, context: FetchContext, symbol: str, zone: str
) -> None:
    start, end = datetime(2026, 3, 9, 23), datetime(2026, 3, 10, 6)
    landed = run(yahoo, [yahoo_bars(symbol, "1m", start, end, zone)], context)
    truth = exchange.truth.bars(symbol, "1m", start, end)
    stamps = [row["stamped_at"] for row in landed.tables["yahoo_bars"]]
    assert stamps == [bar.opened_at for bar in truth]
    assert len(stamps) == 420


def test_a_window_inside_a_session_is_exact(exchange: Exchange, context: FetchContext) -> None:
    start, end = datetime(2026, 3, 10, 15, 0), datetime(2026, 3, 10, 15, 5)
    landed = run(yahoo, [yahoo_bars("AAPL", "1m", start, end)], context)
    stamps = [row["stamped_at"] for row in landed.tables["yahoo_bars"]]
    assert stamps == [start + timedelta(minutes=n) for n in range(5)]


def test_the_running_bar_is_never_landed(exchange: Exchange, context: FetchContext) -> None:
    exchange.set_clock(datetime(2026, 3, 10, 15, 7, 36))
    item = yahoo_bars("AAPL", "5m", datetime(2026, 3, 10, 15, 0), datetime(2026, 3, 10, 15, 5))
    landed = run(yahoo, [item], context)
    assert [row["stamped_at"].minute for row in landed.tables["yahoo_bars"]] == [0]
    assert landed.rejected == []


def test_the_live_price_inside_the_last_bar_is_no_bar(
    exchange: Exchange, context: FetchContext
) -> None:
    item = yahoo_bars("AAPL", "1m", datetime(2026, 3, 11, 14, 58), NOW)
    landed = run(yahoo, [item], context)
    assert [row["stamped_at"].minute for row in landed.tables["yahoo_bars"]] == [58, 59]
    assert landed.rejected == []


def test_null_bars_are_landed_as_nulls(exchange: Exchange, context: FetchContext) -> None:
    landed = run(yahoo, [minutes("TRUE")], context)
    nulls = [row for row in landed.tables["yahoo_bars"] if row["close"] is None]
    assert nulls
    assert {(row["open"], row["high"], row["low"], row["volume"]) for row in nulls} == {
        (None, None, None, None)
    }


@pytest.mark.parametrize("symbol", ["TRUE", "NA", "1E5", "BRK-B", "^GSPC", "GC=F", "EURUSD=X"])
def test_odd_symbols_come_back_letter_by_letter(
    exchange: Exchange, context: FetchContext, symbol: str
) -> None:
    zone = {"EURUSD=X": "Europe/London"}.get(symbol, ZONE)
    item = yahoo_bars(symbol, "1d", datetime(2026, 3, 9, 0, 0), datetime(2026, 3, 11), zone)
    landed = run(yahoo, [item], context)
    assert {row["symbol"] for row in landed.tables["yahoo_bars"]} == {symbol}


def test_hundredths_of_a_currency_are_kept_and_named(
    exchange: Exchange, context: FetchContext
) -> None:
    item = yahoo_bars(
        "BARC.L", "1h", datetime(2026, 3, 10, 8), datetime(2026, 3, 10, 16, 30), "Europe/London"
    )
    rows = run(yahoo, [item], context).tables["yahoo_bars"]
    assert {row["currency"] for row in rows} == {"GBp"}
    assert {row["exchange_timezone"] for row in rows} == {"Europe/London"}
    assert min(row["low"] for row in rows) > 100


@pytest.mark.parametrize("day", [date(2026, 3, 6), date(2026, 3, 9), date(2025, 11, 3)])
def test_the_first_bar_stands_at_the_open_on_both_sides_of_the_clock_change(
    exchange: Exchange, context: FetchContext, day: date
) -> None:
    opens = datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(hours=9.5)
    start = opens.astimezone(UTC).replace(tzinfo=None)
    item = yahoo_bars("MSFT", "1h", start, start + timedelta(hours=6, minutes=30))
    daily = replace(item, interval="1d")
    landed = run(yahoo, [item, daily], context)
    rows = landed.tables["yahoo_bars"]
    assert next(row["stamped_at"] for row in rows if row["interval"] == "1h") == start
    assert [row["stamped_at"] for row in rows if row["interval"] == "1d"] == [start]


def test_a_closed_window_is_empty_and_no_failure(exchange: Exchange, context: FetchContext) -> None:
    weekend = yahoo_bars("AAPL", "1m", datetime(2026, 3, 7, 14, 30), datetime(2026, 3, 7, 21))
    landed = run(yahoo, [weekend], context)
    assert landed.data_requests[0]["outcome"] == "empty"
    assert landed.data_requests[0]["window_start"] == weekend.start
    assert landed.outcomes == []


def test_all_dividends_and_splits_come_with_one_request(
    exchange: Exchange, context: FetchContext
) -> None:
    item = WorkItem("yahoo", "actions", ("NVDA",), "missing", 10, exchange_timezone=ZONE)
    landed = run(yahoo, [item], context)
    truth = exchange.truth.splits("NVDA")
    found = landed.tables["yahoo_splits"]
    # The exchange moves an ex date of September 2001 to the day that trading went on.
    assert [row["stamped_at"].date() for row in found][2:] == [one.ex_date for one in truth][2:]
    assert [row["ratio"] for row in found][-1] == 10.0
    assert landed.tables["yahoo_dividends"]
    assert landed.tables["yahoo_bars"] == []
    assert len(landed.data_requests) == 1
    count = len(found) + len(landed.tables["yahoo_dividends"])
    assert landed.data_requests[0]["row_count"] == count


def test_actions_are_asked_for_before_bars_and_quotes_last(
    exchange: Exchange, context: FetchContext
) -> None:
    items = [
        WorkItem("yahoo", "quotes", ("AAPL",), "snapshot"),
        minutes(),
        WorkItem("yahoo", "actions", ("AAPL",), "missing"),
    ]
    landed = run(yahoo, items, context)
    order = [request["endpoint"] for request in landed.data_requests]
    assert order == ["actions", "bars", "quotes"]


def test_quotes_of_many_symbols_come_with_one_request(
    exchange: Exchange, context: FetchContext
) -> None:
    item = WorkItem("yahoo", "quotes", ("AAPL", "NOPE", "BTC-USD", "^GSPC"), "snapshot")
    landed = run(yahoo, [item], context)
    assert [row["symbol"] for row in landed.tables["yahoo_quotes"]] == ["AAPL", "BTC-USD", "^GSPC"]
    request = landed.data_requests[0]
    assert (request["row_count"], request["detail"]) == (3, "no answer for NOPE")
    assert landed.tables["yahoo_quotes"][0]["observed_at"] == NOW


def test_minutes_are_cut_into_weeks_and_not_asked_for_beyond_a_month() -> None:
    pieces = chunks("1m", datetime(2026, 1, 1), NOW, NOW)
    assert pieces[0][0] == NOW - timedelta(days=29)
    assert pieces[-1][1] == NOW
    assert all(end - start <= timedelta(days=7) for start, end in pieces)
    assert [end for _, end in pieces[:-1]] == [start for start, _ in pieces[1:]]
    assert chunks("1d", datetime(2000, 1, 1), NOW, NOW) == [(datetime(2000, 1, 1), NOW)]
    assert chunks("5m", datetime(2025, 1, 1), datetime(2025, 2, 1), NOW) == []


@pytest.mark.parametrize(
    ("stamp", "start", "end", "zone", "inside"),
    [
        # A stock stamped with its open, a half day in Hong Kong, a future and a currency stamped
        # with their local midnight.
        ("2026-03-10T13:30", "2026-03-10T13:30", "2026-03-10T20:00", ZONE, True),
        ("2026-03-11T13:30", "2026-03-10T13:30", "2026-03-10T20:00", ZONE, False),
        ("2026-02-16T01:30", "2026-02-16T01:30", "2026-02-16T04:00", "Asia/Hong_Kong", True),
        ("2026-03-10T04:00", "2026-03-09T22:00", "2026-03-10T21:00", ZONE, True),
        ("2026-03-09T04:00", "2026-03-09T22:00", "2026-03-10T21:00", ZONE, False),
        ("2026-06-09T23:00", "2026-06-10T00:00", "2026-06-11T00:00", "Europe/London", True),
        ("2026-06-10T23:00", "2026-06-10T00:00", "2026-06-11T00:00", "Europe/London", False),
    ],
)
def test_a_day_belongs_to_the_window_of_its_session(
    stamp: str, start: str, end: str, zone: str, inside: bool
) -> None:
    item = yahoo_bars("X", "1d", datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert in_window(datetime.fromisoformat(stamp), item, ZoneInfo(zone)) is inside
