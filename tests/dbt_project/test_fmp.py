"""Bars, yields and quotes of FMP from raw rows to marts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.raw_rows import RawRows, Row
from warehouse import market_hours

OBSERVED = datetime(2025, 3, 14, 12, 0)
# New York changes its clocks on 9 March 2025.
DAYS = [date(2025, 3, day) for day in (6, 7, 10, 11)]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 16 if day > date(2025, 3, 9) else 17)


def day_bar(request: int, symbol: str, day: date, close: float, **more: Any) -> Row:
    return {
        "request_id": request,
        "symbol": symbol,
        "interval": "1d",
        "stamped_at": noon(day),
        "bar_date": day,
        "close": close,
        **more,
    }


def stock(request: int, day: date, close: float, volume: float) -> Row:
    prices = {"open": close, "high": close, "low": close, "mean_price": close}
    return day_bar(request, "AAPL", day, close, volume=volume, **prices)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("fmp"), datetime(2025, 3, 1))
    raw.land(
        "calendar_sessions",
        [
            {**vars(session), "library_version": "4.13"}
            for calendar in ("XNAS", "XNYS")
            for session in market_hours.sessions_of_years(calendar, 2025, 2025)
        ],
    )
    days = raw.request(OBSERVED, provider="fmp", row_count=8)
    rows = [stock(days, day, 130.73, 63896155.0) for day in DAYS]
    rows += [day_bar(days, "year10", day, 4.2 + n / 100) for n, day in enumerate(DAYS)]
    raw.land("fmp_bars", rows, OBSERVED)
    later = OBSERVED + timedelta(days=3)
    actions = raw.request(OBSERVED, provider="fmp", endpoint="actions", row_count=2)
    event = {"request_id": actions, "symbol": "NVDA", "ex_date": DAYS[2]}
    raw.land("fmp_splits", [{**event, "numerator": 10.0, "denominator": 1.0}], OBSERVED)
    paid = {**event, "ex_date": DAYS[1], "amount_adjusted": 0.025, "amount": 0.25}
    raw.land("fmp_dividends", [paid], OBSERVED)
    split = raw.request(OBSERVED, provider="fmp", row_count=4)
    adjusted = [stock(split, day, 12.5, 4000.0) | {"symbol": "NVDA"} for day in DAYS]
    raw.land("fmp_bars", adjusted, OBSERVED)
    again = raw.request(later, provider="fmp", row_count=4)
    # A 32-bit float that was widened, and shares counted by the hundred.
    raw.land("fmp_bars", [stock(again, day, 130.729996, 63896200.0) for day in DAYS], later)
    hours = raw.request(later, provider="fmp", row_count=4)
    stamps = [datetime(2025, 3, 7, 14, 30), datetime(2025, 3, 7, 20, 30)]
    stamps += [datetime(2025, 3, 10, 13, 30), datetime(2025, 3, 8, 15, 30)]
    raw.land(
        "fmp_bars",
        [
            {**stock(hours, DAYS[0], 131.5, 900.0), "interval": "1h", "stamped_at": stamp}
            | {"bar_date": None, "mean_price": None}
            for stamp in stamps
        ],
        later,
    )
    quotes = raw.request(later, provider="fmp", endpoint="quotes", row_count=1)
    quote = {"request_id": quotes, "symbol": "^GSPC", "observed_at": later, "quoted_at": later}
    raw.land("fmp_quotes", [{**quote, "price": 5638.94, "volume": 3.5e9}], later)
    raw.build()
    return raw


def test_a_days_bar_belongs_to_the_session_of_its_date(warehouse: RawRows) -> None:
    found = warehouse.rows(
        "select session_date, opened_at, close, volume, vwap, provider from daily_bars "
        "where symbol = 'AAPL' order by session_date"
    )
    opens = [datetime(2025, 3, 6, 14, 30), datetime(2025, 3, 7, 14, 30)]
    opens += [datetime(2025, 3, 10, 13, 30), datetime(2025, 3, 11, 13, 30)]
    assert [row[0] for row in found] == DAYS
    assert [row[1] for row in found] == opens
    assert {row[2] for row in found} == {Decimal("130.73")}
    assert {(row[4], row[5]) for row in found} == {(None, "fmp")}


def test_prices_and_dividends_come_back_to_as_traded_by_the_providers_own_splits(
    warehouse: RawRows,
) -> None:
    found = warehouse.rows(
        "select close_raw, close, volume_raw from daily_bars "
        "where symbol = 'NVDA' order by session_date"
    )
    assert (
        found
        == [(Decimal(125), Decimal("12.5"), 400), (Decimal(125), Decimal("12.5"), 400)]
        + [(Decimal("12.5"), Decimal("12.5"), 4000)] * 2
    )
    actions = warehouse.rows(
        "select action, ex_date, value from corporate_actions where provider = 'fmp' order by 1"
    )
    assert actions == [("dividend", DAYS[1], 0.25), ("split", DAYS[2], 10.0)]


def test_jitter_of_price_and_volume_makes_no_version(warehouse: RawRows) -> None:
    found = warehouse.rows(
        "select version_number, observation_count from bar_versions "
        "where provider = 'fmp' and interval = '1d' and instrument_id = 1"
    )
    assert found == [(1, 2)] * 4


def test_a_yield_is_the_close_of_its_bond_and_nothing_else(warehouse: RawRows) -> None:
    found = warehouse.rows(
        "select session_date, open, high, low, close, volume from daily_bars "
        "where symbol = 'US10Y' order by session_date"
    )
    assert [(row[0], row[4]) for row in found] == [
        (day, Decimal(420 + n) / 100) for n, day in enumerate(DAYS)
    ]
    assert {row[1:4] for row in found} == {(None, None, None)}
    assert warehouse.rows("select distinct symbol from bond_data") == [("US10Y",)]


def test_hours_keep_their_openings_and_the_last_is_half_an_hour(warehouse: RawRows) -> None:
    found = warehouse.rows(
        "select opened_at, closed_at from intraday_bars "
        "where symbol = 'AAPL' and interval = '1h' and provider = 'fmp' order by opened_at"
    )
    assert found == [
        (datetime(2025, 3, 7, 14, 30), datetime(2025, 3, 7, 15, 30)),
        (datetime(2025, 3, 7, 20, 30), datetime(2025, 3, 7, 21, 0)),
        (datetime(2025, 3, 10, 13, 30), datetime(2025, 3, 10, 14, 30)),
    ]


def test_a_bar_of_a_day_without_a_session_is_set_aside(warehouse: RawRows) -> None:
    found = warehouse.rows("select rule, opened_at from quarantined_rows where provider = 'fmp'")
    assert found == [("outside_session", datetime(2025, 3, 8, 15, 30))]


def test_a_quote_is_a_quote_like_all_others(warehouse: RawRows) -> None:
    found = warehouse.rows("select symbol, price, volume from quotes where provider = 'fmp'")
    assert found == [("SPX", Decimal("5638.94"), 3_500_000_000)]
