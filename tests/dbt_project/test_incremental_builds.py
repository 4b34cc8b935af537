"""Builds after every few files against one full refresh, cell by cell, on random histories."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.dbt_project.raw_rows import RawRows, Row

COMPARED = {
    "bar_versions": "instrument_id, interval, opened_at, provider, version_number",
    "daily_bars": "instrument_id, opened_at",
    "intraday_bars": "instrument_id, interval, opened_at",
    "restatements": "instrument_id, interval, opened_at, provider, version_number, field",
    "corporate_action_versions": "instrument_id, action, ex_date, provider, version_number",
    "corporate_actions": "instrument_id, action, ex_date, provider",
    "adjustment_factors": "instrument_id, from_date",
    "quarantined_rows": "file_seq, row_number, table_name",
    "trades": "instrument_id, provider, trade_id",
    "aggregate_trades": "instrument_id, provider, agg_trade_id",
    "aggregate_trade_gaps": "instrument_id, provider, first_missing_id",
    "tickers": "instrument_id, provider, observed_at",
    "symbol_states": "instrument_id, provider, observed_at",
    "quotes": "instrument_id, provider, observed_at",
    "intermediate.int_bars_resampled": "instrument_id, interval, opened_at",
    "technical_indicators": "instrument_id, date",
    "technical_indicators_intraday": "instrument_id, interval, opened_at",
    "latest_prices": "instrument_id",
    "daily_aggregates": "instrument_id, date",
    "market_breadth": "date",
    "market_summary": "date",
    "bar_gaps": "instrument_id, interval, opened_at",
    "completeness": "instrument_id, session_date",
    "freshness_slo": "calendar, interval, session_date",
    "source_agreement": "instrument_id, interval, opened_at",
    "data_quality_log": "rule, table_name, key, file_seq, row_number",
}
FIRST = date(2024, 1, 2)
SYMBOLS = ["AAPL", "AIQ", "AMD", "AMZN", "AVGO", "GOOGL", "INTC", "META", "MSFT", "NVDA"]
ORDINARY = "test_type:data"


@dataclass
class Landing:
    """A random landing of some provider's rows, errors and repeats included."""

    raw: RawRows
    drawn: random.Random
    run_id: int = 1

    def request(self, observed_at: datetime, **columns: Any) -> int:
        return self.raw.request(observed_at, run_id=self.run_id, **columns)

    def yahoo_bars(self, day_count: int, observed_at: datetime) -> None:
        symbols = self.drawn.sample(SYMBOLS, 4)
        request = self.request(observed_at, provider="yahoo")
        rows = [
            row
            for symbol in symbols
            for row in self.symbol_bars(symbol, day_count, observed_at, request)
        ]
        self.drawn.shuffle(rows)
        self.raw.land("yahoo_bars", rows + rows[:2], observed_at)
        if self.drawn.random() < 0.5:
            self.actions(symbols[0], observed_at, request)

    def symbol_bars(
        self, symbol: str, day_count: int, observed_at: datetime, request: int
    ) -> list[Row]:
        steady = random.Random(symbol)
        found: list[Row] = []
        for number in range(day_count):
            price = 50 + 100 * steady.random()
            if self.drawn.random() < 0.4:
                continue
            day = FIRST + timedelta(days=number)
            noise = 1 + self.drawn.uniform(-4e-7, 4e-7)
            moved = 1 + (self.drawn.choice([2e-6, 0.01, -0.02]) if self.drawn.random() < 0.2 else 0)
            interval = self.drawn.choice(["1d", "1d", "1d", "1h", "1h", "5m", "1m"])
            found.append(
                {
                    "request_id": request,
                    "symbol": self.drawn.choice([symbol] * 40 + ["NOPE"]),
                    "interval": interval,
                    "stamped_at": datetime(day.year, day.month, day.day, 14, 30),
                    "exchange_timezone": "America/New_York",
                    "currency": "USD",
                    **prices(price * noise * moved, self.drawn),
                    "volume": int(1e6 * price * (1 + self.drawn.uniform(-0.004, 0.004))),
                }
            )
        return found

    def actions(self, symbol: str, observed_at: datetime, request: int) -> None:
        day = FIRST + timedelta(days=self.drawn.choice([2, 6, 9, 13]))
        event = {
            "request_id": request,
            "symbol": symbol,
            "stamped_at": datetime(day.year, day.month, day.day, 14, 30),
            "exchange_timezone": "America/New_York",
        }
        if self.drawn.random() < 0.5:
            ratio = self.drawn.choice([2.0, 1.5, 0.1])
            self.raw.land("yahoo_splits", [{**event, "ratio": ratio}], observed_at)
        else:
            amount = self.drawn.choice([0.25, 0.26])
            self.raw.land(
                "yahoo_dividends", [{**event, "currency": "USD", "amount": amount}], observed_at
            )

    def binance(self, observed_at: datetime) -> None:
        request = self.request(observed_at, provider="binance")
        trades = [
            {
                "request_id": request,
                "symbol": "BTCUSDT",
                "trade_id": self.drawn.randrange(300),
                "price": Decimal(self.drawn.randrange(900, 1100)),
                "quantity": Decimal(1),
                "traded_at": observed_at,
            }
            for _ in range(60)
        ]
        self.raw.land("binance_trades", trades, observed_at)
        tickers = [
            {
                "request_id": request,
                "symbol": "BTCUSDT",
                "observed_at": observed_at - timedelta(seconds=self.drawn.randrange(4)),
                "bid_price": Decimal(self.drawn.randrange(900, 1000)),
                "ask_price": Decimal(1001),
            }
        ]
        self.raw.land("binance_book_tickers", tickers, observed_at)
        self.binance_market(request, observed_at)

    def binance_market(self, request: int, observed_at: datetime) -> None:
        common = {"request_id": request, "symbol": "BTCUSDT"}
        seen = common | {"observed_at": observed_at - timedelta(seconds=self.drawn.randrange(4))}
        status = self.drawn.choice(["TRADING", "TRADING", "BREAK", None])
        aggregates = [
            common | {"agg_trade_id": number, "price": Decimal(number), "traded_at": observed_at}
            for number in self.drawn.sample(range(300), 60)
        ]
        ticker = seen | {"last_price": Decimal(self.drawn.randrange(900, 1100))}
        state = seen | {"is_listed": status is not None, "status": status}
        self.raw.land("binance_agg_trades", aggregates, observed_at)
        self.raw.land("binance_tickers", [ticker], observed_at)
        self.raw.land("binance_symbols", [state], observed_at)

    def file_drop(self, day_count: int, observed_at: datetime) -> None:
        request = self.request(observed_at, provider="file_drop", endpoint="file")
        rows = [
            {
                "request_id": request,
                "symbol": self.drawn.choice(SYMBOLS),
                "interval": "1d",
                "bar_date": FIRST + timedelta(days=self.drawn.randrange(day_count)),
                **dropped_prices(self.drawn),
            }
            for _ in range(20)
        ]
        self.raw.land("file_drop_bars", rows, observed_at)

    def alpha_vantage(self, day_count: int, observed_at: datetime) -> None:
        """A third opinion, so that there are majorities."""
        request = self.request(observed_at, provider="alpha_vantage")
        rows = [
            {
                "request_id": request,
                "symbol": self.drawn.choice(SYMBOLS),
                "interval": "1d",
                "bar_date": FIRST + timedelta(days=self.drawn.randrange(day_count)),
                "time_zone": "America/New_York",
                **dropped_prices(self.drawn),
            }
            for _ in range(20)
        ]
        self.raw.land("alpha_vantage_bars", rows, observed_at)


def prices(close: float, drawn: random.Random) -> dict[str, float]:
    bad = drawn.random()
    if bad < 0.01:
        return dict.fromkeys(("open", "high", "low", "close"), float("nan"))
    if bad < 0.02:
        return {"open": close, "high": close * 0.5, "low": close, "close": close}
    return {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}


def dropped_prices(drawn: random.Random) -> dict[str, Decimal | None]:
    return {
        name: None if math.isnan(value) else Decimal(f"{value:.2f}")
        for name, value in prices(90.0, drawn).items()
    }


def calendars(raw: RawRows, changed: bool) -> list[Row]:
    rows = raw.sessions("XNAS", FIRST, date(2024, 3, 1)) + raw.sessions(
        "24/7", FIRST, date(2024, 3, 1)
    )
    if changed:
        rows = [row for row in rows if row["session_date"] != date(2024, 1, 9)]
    return rows


def snapshot(raw: RawRows) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: raw.rows(f"select * from {table} order by {key}") for table, key in COMPARED.items()
    }


def land_rounds(raw: RawRows, drawn: random.Random, first: int, last: int) -> None:
    for number in range(first, last):
        observed_at = datetime(2024, 1, 12) + timedelta(hours=17 * number)
        landing = Landing(raw, drawn, run_id=number + 1)
        landing.yahoo_bars(24, observed_at)
        landing.binance(observed_at)
        landing.file_drop(24, observed_at)
        landing.alpha_vantage(24, observed_at)


@pytest.fixture(scope="module")
def warehouses(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[RawRows, dict[str, Any], dict[str, Any]]:
    """One data folder built several times on the way, then once from nothing."""
    drawn = random.Random(2)
    raw = RawRows(tmp_path_factory.mktemp("incremental"))
    raw.land("calendar_sessions", calendars(raw, changed=False), datetime(2024, 1, 11))
    last = 0
    for upto in (drawn.randrange(1, 14), 14):
        land_rounds(raw, drawn, last, upto)
        raw.build("--exclude", ORDINARY)
        last = upto
    raw.land("calendar_sessions", calendars(raw, changed=True), datetime(2024, 1, 23))
    land_rounds(raw, drawn, 14, 16)
    raw.build("--exclude", ORDINARY, "--select", "bar_versions")
    raw.build("--exclude", ORDINARY)
    stepwise = snapshot(raw)
    raw.build("--exclude", ORDINARY, "--full-refresh")
    return raw, stepwise, snapshot(raw)


@pytest.mark.parametrize("table", COMPARED)
def test_builds_step_by_step_equal_a_full_refresh_in_every_cell(
    warehouses: tuple[RawRows, dict[str, Any], dict[str, Any]], table: str
) -> None:
    _, stepwise, refreshed = warehouses
    assert len(stepwise[table]) > 0
    assert stepwise[table] == refreshed[table]


def test_bars_of_three_providers_have_majorities(
    warehouses: tuple[RawRows, dict[str, Any], dict[str, Any]],
) -> None:
    raw, _, _ = warehouses
    outvoted = raw.rows("select distinct outvoted from source_agreement where providers = 3")
    assert outvoted == [("yahoo",)]


def test_a_build_without_new_files_changes_nothing(
    warehouses: tuple[RawRows, dict[str, Any], dict[str, Any]],
) -> None:
    raw, _, refreshed = warehouses
    raw.build("--exclude", ORDINARY)
    assert snapshot(raw) == refreshed


def test_marks_reach_the_newest_file(
    warehouses: tuple[RawRows, dict[str, Any], dict[str, Any]],
) -> None:
    raw, _, _ = warehouses
    marks = raw.rows("select distinct built_to_file_seq from intermediate.build_marks")
    assert marks == [(raw.file_seq,)]


def test_catalog_name_stays_out_of_every_view(
    warehouses: tuple[RawRows, dict[str, Any], dict[str, Any]], tmp_path: Path
) -> None:
    raw, _, _ = warehouses
    copy = RawRows(tmp_path)
    other = tmp_path / "other_name.duckdb"
    other.write_bytes(raw.path.read_bytes())
    other.rename(copy.path.with_name("copied.duckdb"))
    with duckdb.connect(str(copy.path.with_name("copied.duckdb")), read_only=True) as connection:
        views = connection.execute(
            "select schema_name || '.' || view_name from duckdb_views() where not internal"
        ).fetchall()
        assert len(views) > 30
        for (view,) in views:
            connection.execute(f"select * from {view} limit 1").fetchall()
