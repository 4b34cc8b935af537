"""Massive's rows in the warehouse: as traded, one split told by two, ticks to the nanosecond."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.dbt_project.raw_rows import RawRows, Row

SPLIT = date(2024, 6, 10)
DAYS = [date(2024, 6, day) for day in (5, 6, 7, 10, 11, 12)]
ASKED_AT = datetime(2024, 6, 13, 11)
# Who tells of the ten-for-one split, in the order of arrival, and how many days off.
TOLD: dict[str, tuple[tuple[str, int], ...]] = {
    "AAPL": (("yahoo", 0), ("massive", 0)),
    "AMD": (("massive", 0), ("yahoo", 0)),
    "AIQ": (("massive", 0),),
    "AMZN": (("yahoo", 0), ("massive", 1)),
    "AVGO": (("massive", -3), ("yahoo", 0)),
    "GOOGL": (("yahoo", 0),),
}
ADJUSTED = "META"
PAYING = "MSFT"


def massive_bar(symbol: str, day: date, close: str, is_adjusted: bool = False) -> Row:
    midnight = datetime(day.year, day.month, day.day, 4)
    prices = dict.fromkeys(("open", "high", "low", "close", "vwap"), Decimal(close))
    return {
        "symbol": symbol,
        "interval": "1d",
        "stamped_at": midnight,
        **prices,
        "volume": Decimal("1000.25"),
        "trade_count": 12,
        "is_otc": False,
        "is_adjusted": is_adjusted,
    }


def told_split(raw: RawRows, symbol: str, provider: str, days_off: int) -> None:
    day = SPLIT + timedelta(days=days_off)
    request = raw.request(ASKED_AT, provider=provider, endpoint="splits")
    row: Row = {"request_id": request, "symbol": symbol}
    if provider == "yahoo":
        stamp = datetime(day.year, day.month, day.day, 14, 30)
        row |= {"stamped_at": stamp, "exchange_timezone": "America/New_York", "ratio": 10.0}
    else:
        row |= {"execution_date": day, "split_from": Decimal(1), "split_to": Decimal(10)}
    raw.land(f"{provider}_splits", [row], ASKED_AT)


def dividend(symbol: str, number: str, day: date, amount: str) -> Row:
    return {
        "symbol": symbol,
        "dividend_id": number,
        "ex_date": day,
        "cash_amount": Decimal(amount),
        "currency": "USD",
    }


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("massive"), datetime(2024, 6, 13, 12))
    for calendar in ("XNAS", "XNYS"):
        raw.land("calendar_sessions", raw.sessions(calendar, date(2024, 6, 3), date(2024, 6, 14)))
    for symbol, tellers in TOLD.items():
        for provider, days_off in tellers:
            told_split(raw, symbol, provider, days_off)
    told_split(raw, ADJUSTED, "massive", 0)
    told_split(raw, PAYING, "massive", 0)
    request = raw.request(ASKED_AT, provider="massive")
    rows = [
        massive_bar(symbol, day, "1000" if day < SPLIT else "100.12345678")
        for symbol in (*TOLD, PAYING)
        for day in DAYS
    ]
    rows += [massive_bar(ADJUSTED, day, "100", is_adjusted=True) for day in DAYS]
    raw.land("massive_bars", [{**row, "request_id": request} for row in rows], ASKED_AT)
    request = raw.request(ASKED_AT, provider="massive", endpoint="dividends")
    paid = [
        dividend(PAYING, "E1", DAYS[1], "10"),
        dividend(PAYING, "E2", DAYS[1], "40"),
    ]
    raw.land("massive_dividends", [{**row, "request_id": request} for row in paid], ASKED_AT)
    raw.land("massive_trades", [trade("7", 11), trade("7", 12)], ASKED_AT)
    raw.land("massive_quotes", [quote("0", "60"), quote("155.87", "3")], ASKED_AT)
    raw.land("massive_market_holidays", [holiday("NYSE", DAYS[2])], ASKED_AT)
    raw.build(
        "--select",
        "+daily_bars +tape_trades +tape_quotes +quality_calendar_contradicted",
        "--exclude",
        "test_type:data",
    )
    return raw


def trade(number: str, exchange: int) -> Row:
    return {
        "symbol": "AAPL",
        "trade_id": number,
        "exchange_id": exchange,
        "price": Decimal("156.43"),
        "size": Decimal("0.0015"),
        "sip_timestamp_ns": 1651181822461979401,
    }


def holiday(exchange: str, day: date) -> Row:
    return {"exchange": exchange, "holiday_date": day, "name": "A holiday", "status": "closed"}


def quote(ask: str, size: str) -> Row:
    return {
        "symbol": "AAPL",
        "bid_price": Decimal("155.85"),
        "bid_size": Decimal(4),
        "ask_price": Decimal(ask),
        "ask_size": Decimal(size),
        "sip_timestamp_ns": 1652191872800638701,
        "sequence_number": 7 if ask == "0" else 8,
    }


@pytest.mark.parametrize("symbol", TOLD)
def test_a_split_counts_once_whoever_tells_it_and_in_whatever_order(
    raw: RawRows, symbol: str
) -> None:
    rows = raw.rows(
        "select session_date, close_raw, close, volume from daily_bars"
        f" where symbol = '{symbol}' order by session_date"
    )
    assert [row[0] for row in rows] == DAYS
    for day, close_raw, close, volume in rows:
        before = day < SPLIT
        assert close_raw == (Decimal(1000) if before else Decimal("100.12345678"))
        assert float(close) == pytest.approx(100 if before else 100.12345678, abs=1e-8)
        assert float(volume) == pytest.approx(10002.5 if before else 1000.25)


def test_both_tellers_of_a_split_stay_on_record(raw: RawRows) -> None:
    told = raw.rows(
        "select count(*) from corporate_actions where action = 'split' and provider = 'massive'"
    )
    chosen = raw.rows(
        "select provider, count(*) from intermediate.int_actions_chosen"
        " where action = 'split' group by provider order by provider"
    )
    assert told == [(7,)]
    assert chosen == [("massive", 3), ("yahoo", 5)]


def test_an_answer_that_is_adjusted_all_the_same_is_brought_back(raw: RawRows) -> None:
    """As traded is asked for; should an answer say otherwise, its prices are not taken as such."""
    rows = raw.rows(
        "select session_date, close_raw, close from daily_bars"
        f" where symbol = '{ADJUSTED}' order by session_date"
    )
    assert [row[1] for row in rows] == [1000 if day < SPLIT else 100 for day in DAYS]
    assert {float(row[2]) for row in rows} == {100.0}


def test_dividends_of_a_day_add_up_and_are_taken_as_paid(raw: RawRows) -> None:
    """Fifty of a thousand, though a ten-for-one split came after."""
    actions = raw.rows(
        "select ex_date, value, currency from corporate_actions where action = 'dividend'"
    )
    assert actions == [(DAYS[1], 50.0, "USD")]
    rows = raw.rows(
        "select session_date, close_total_return from daily_bars"
        f" where symbol = '{PAYING}' order by session_date"
    )
    assert float(rows[0][1]) == pytest.approx(95)
    assert float(rows[1][1]) == pytest.approx(100)


def test_an_aggregate_keeps_what_massive_knows_of_it(raw: RawRows) -> None:
    rows = raw.rows("select distinct provider, trade_count from daily_bars where symbol = 'AIQ'")
    assert rows == [("massive", 12)]


def test_trades_keep_their_nanoseconds_and_need_the_exchange_to_be_told_apart(
    raw: RawRows,
) -> None:
    rows = raw.rows(
        "select trade_id, exchange_id, traded_at, sip_timestamp_ns, size"
        " from tape_trades order by exchange_id"
    )
    assert [row[:2] for row in rows] == [("7", 11), ("7", 12)]
    assert rows[0][2] == datetime(2022, 4, 28, 21, 37, 2, 461979)
    assert rows[0][3] == 1651181822461979401
    assert rows[0][4] == Decimal("0.0015")


def test_a_price_of_nought_is_a_side_without_a_quote(raw: RawRows) -> None:
    rows = raw.rows(
        "select bid, bid_round_lots, ask, ask_round_lots from tape_quotes order by row_number"
    )
    assert rows == [
        (Decimal("155.85"), 4, None, None),
        (Decimal("155.85"), 4, Decimal("155.87"), 3),
    ]


def test_a_session_that_is_listed_as_a_holiday_contradicts_the_calendar(raw: RawRows) -> None:
    found = raw.rows("select key, detail from quality.quality_calendar_contradicted")
    assert ("XNYS 2024-06-07", "a session, but massive lists A holiday") in found
