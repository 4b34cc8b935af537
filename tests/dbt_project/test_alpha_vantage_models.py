"""Alpha Vantage's rows in the marts: days by date, minutes by instant, quotes by their day."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.dbt_project.raw_rows import RawRows, Row
from warehouse import market_hours

BUILT = (
    "--select", "+daily_bars", "+intraday_bars", "+quotes", "+latest_prices", "+corporate_actions",
    "--exclude", "test_type:data",
)  # fmt: skip
AFTER = datetime(2026, 3, 12, 12)
PAIR = {
    "instrument_id": 1_000_001, "symbol": "BTCEUR", "name": "Bitcoin", "asset_class": "crypto",
    "calendar": "24/7", "currency": "EUR", "alpha_vantage_symbol": "BTC/EUR", "is_followed": True,
    "known_at": datetime(2025, 1, 1),
}  # fmt: skip


def bar(price: str, **columns: Any) -> Row:
    figures = {name: Decimal(price) for name in ("open", "high", "low", "close")}
    return {**figures, "volume": Decimal("100"), "time_zone": "US/Eastern", **columns}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("alpha_vantage"), datetime(2026, 1, 1))
    raw.land(
        "calendar_sessions",
        [
            {**vars(session), "library_version": "4.13"}
            for calendar in ("XNAS", "24/7")
            for session in market_hours.sessions_of_years(calendar, 2026, 2026)
        ],
    )
    raw.land("personal_universe", [PAIR])
    request = raw.request(AFTER, provider="alpha_vantage")
    aapl = {"request_id": request, "symbol": "AAPL"}
    rows = [
        bar("255.1234", **aapl, interval="1d", bar_date=date(2026, 3, 6)),
        bar("256.5", **aapl, interval="1d", bar_date=date(2026, 3, 9)),
        # A Sunday.
        bar("1", **aapl, interval="1d", bar_date=date(2026, 3, 8)),
        bar("255.5", **aapl, interval="1m", opened_at=datetime(2026, 3, 6, 14, 30)),
        bar("256.25", **aapl, interval="1m", opened_at=datetime(2026, 3, 9, 13, 30)),
        bar(
            "53505.38", request_id=request, symbol="BTC/EUR", interval="1d",
            bar_date=date(2026, 3, 8), time_zone="UTC",
        ),
    ]  # fmt: skip
    none = {"dividend_amount": Decimal(0), "split_coefficient": Decimal(1)}
    msft = {"request_id": request, "symbol": "MSFT", "interval": "1d", **none}
    rows += [
        bar("400", **msft, bar_date=date(2026, 3, 6)),
        bar("201", **msft, bar_date=date(2026, 3, 9))
        | {"dividend_amount": Decimal("0.83"), "split_coefficient": Decimal(2)},
    ]
    raw.land("alpha_vantage_bars", rows, AFTER)
    quote = {
        "request_id": request, "symbol": "AAPL", "trading_date": date(2026, 3, 11),
        "open": Decimal("257"), "high": Decimal("259"), "low": Decimal("256"),
        "price": Decimal("258.5"), "volume": 1000, "previous_close": Decimal("257.5"),
    }  # fmt: skip
    for observed_at in (datetime(2026, 3, 11, 15), AFTER):
        raw.land("alpha_vantage_quotes", [{**quote, "observed_at": observed_at}], AFTER)
    raw.build(*BUILT)
    return raw


def test_a_day_opens_with_its_session_whatever_the_clocks_do(warehouse: RawRows) -> None:
    assert warehouse.rows(
        "select symbol, session_date, opened_at, close_raw, provider from daily_bars "
        "where symbol <> 'MSFT' order by symbol, opened_at"
    ) == [
        ("AAPL", date(2026, 3, 6), datetime(2026, 3, 6, 14, 30), Decimal("255.1234"),
         "alpha_vantage"),
        ("AAPL", date(2026, 3, 9), datetime(2026, 3, 9, 13, 30), Decimal("256.5"),
         "alpha_vantage"),
        ("BTCEUR", date(2026, 3, 8), datetime(2026, 3, 8), Decimal("53505.38"),
         "alpha_vantage"),
    ]  # fmt: skip


def test_a_day_without_a_session_is_set_aside(warehouse: RawRows) -> None:
    found = "select rule, close_given from intermediate.int_bars_judged where rule is not null"
    assert warehouse.rows(found) == [("outside_session", 1.0)]


def test_an_adjusted_day_tells_its_split_and_its_dividend_and_stays_as_traded(
    warehouse: RawRows,
) -> None:
    assert warehouse.rows(
        "select action, ex_date, value, provider from corporate_actions order by 1"
    ) == [
        ("dividend", date(2026, 3, 9), 0.83, "alpha_vantage"),
        ("split", date(2026, 3, 9), 2.0, "alpha_vantage"),
    ]
    assert warehouse.rows(
        "select close_raw, close from daily_bars where symbol = 'MSFT' order by opened_at"
    ) == [(Decimal(400), Decimal(200)), (Decimal(201), Decimal(201))]


def test_minutes_fall_into_their_sessions(warehouse: RawRows) -> None:
    assert warehouse.rows(
        "select opened_at, session_date from intraday_bars where interval = '1m' "
        "and provider = 'alpha_vantage' order by 1"
    ) == [
        (datetime(2026, 3, 6, 14, 30), date(2026, 3, 6)),
        (datetime(2026, 3, 9, 13, 30), date(2026, 3, 9)),
    ]


def test_a_quote_without_an_hour_is_no_later_than_its_day_nor_than_when_it_was_read(
    warehouse: RawRows,
) -> None:
    quoted = [datetime(2026, 3, 11, 15), datetime(2026, 3, 12)]
    assert warehouse.rows("select quoted_at from quotes order by 1") == [(at,) for at in quoted]
    assert warehouse.rows(
        "select price, priced_at, origin from latest_prices where symbol = 'AAPL'"
    ) == [(Decimal("258.5"), quoted[1], "quote")]
