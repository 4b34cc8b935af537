"""Adjustment factors against exact fractions, in any order of arrival and on days of both."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import prod

import pytest

from tests.dbt_project.raw_rows import RawRows, Row

FIRST = date(2024, 1, 2)
DAYS = 80
SYMBOLS = ("AAPL", "AIQ", "AMD", "AMZN", "AVGO", "GOOGL", "INTC", "META", "MSFT", "NVDA", "PLTR")
RATIOS = (Fraction(2), Fraction(3, 2), Fraction(10), Fraction(1, 5), Fraction(4))
Actions = dict[date, dict[str, Fraction]]


def sessions() -> list[date]:
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    return [day for day in days if day.weekday() < 5]


def drawn_actions(draw: random.Random) -> Actions:
    """Some ex dates; on some of them a split and a dividend fall together."""
    found: Actions = {}
    for day in sorted(draw.sample(sessions()[1:], draw.randrange(1, 7))):
        kinds = draw.choice([("split",), ("dividend",), ("split", "dividend")])
        found[day] = {
            kind: draw.choice(RATIOS) if kind == "split" else Fraction(draw.randrange(1, 300), 100)
            for kind in kinds
        }
    return found


def closes(draw: random.Random) -> dict[date, Fraction]:
    return {day: Fraction(draw.randrange(5_000, 50_000), 100) for day in sessions()}


@pytest.fixture(scope="module")
def told() -> dict[str, tuple[Actions, dict[date, Fraction]]]:
    draw = random.Random(11)
    return {symbol: (drawn_actions(draw), closes(draw)) for symbol in SYMBOLS}


def landed(
    raw: RawRows, told: dict[str, tuple[Actions, dict[date, Fraction]]], seed: int
) -> RawRows:
    """Events in a shuffled order, in files of their own; bars before, between or after them."""
    raw.land("calendar_sessions", raw.sessions("XNAS", FIRST, date(2024, 6, 1)))
    asked_at = datetime(2024, 5, 1)
    request = raw.request(asked_at, provider="yahoo")
    pieces: list[tuple[str, list[Row]]] = []
    for symbol, (actions, prices) in told.items():
        for day, kinds in actions.items():
            for kind, value in kinds.items():
                event = {
                    "request_id": request,
                    "symbol": symbol,
                    "stamped_at": datetime(day.year, day.month, day.day, 14, 30),
                    "exchange_timezone": "America/New_York",
                }
                if kind == "split":
                    pieces.append(("yahoo_splits", [{**event, "ratio": float(value)}]))
                else:
                    # Told in the shares of the day of asking, as Yahoo does.
                    given = value / split_after(actions, day)
                    row = {**event, "currency": "USD", "amount": float(given)}
                    pieces.append(("yahoo_dividends", [row]))
        pieces.append(
            ("file_drop_bars", [dropped(request, symbol, *one) for one in prices.items()])
        )
    random.Random(seed).shuffle(pieces)
    for table, rows in pieces:
        raw.land(table, rows, asked_at)
    raw.build("--select", "+daily_bars", "--exclude", "test_type:data")
    return raw


def split_after(actions: Actions, day: date) -> Fraction:
    return prod(
        (kinds.get("split", Fraction(1)) for ex_date, kinds in actions.items() if ex_date > day),
        start=Fraction(1),
    )


def dropped(request: int, symbol: str, day: date, close: Fraction) -> Row:
    price = Decimal(close.numerator) / Decimal(close.denominator)
    prices = dict.fromkeys(("open", "high", "low", "close"), price)
    return {
        "request_id": request,
        "symbol": symbol,
        "interval": "1d",
        "bar_date": day,
        **prices,
        "volume": Decimal(1000),
    }


@pytest.fixture(scope="module", params=[1, 2])
def raw(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    told: dict[str, tuple[Actions, dict[date, Fraction]]],
) -> RawRows:
    seed = request.param
    return landed(RawRows(tmp_path_factory.mktemp(f"factors{seed}")), told, seed)


def expected(
    actions: Actions, prices: dict[date, Fraction], day: date
) -> tuple[Fraction, Fraction]:
    """Later splits multiply; a later dividend takes its share of the close before, on one basis."""
    dividend = Fraction(1)
    for ex_date, kinds in actions.items():
        if ex_date > day and "dividend" in kinds:
            before = max(one for one in prices if one < ex_date)
            dividend *= 1 - kinds["dividend"] * kinds.get("split", Fraction(1)) / prices[before]
    return split_after(actions, day), dividend


def test_factors_are_the_product_of_all_later_actions_in_any_order_of_arrival(
    raw: RawRows, told: dict[str, tuple[Actions, dict[date, Fraction]]]
) -> None:
    rows = raw.rows(
        "select symbol, session_date, close, close_raw, close_total_return, volume from daily_bars"
    )
    assert len(rows) == len(SYMBOLS) * len(sessions())
    both = 0
    for symbol, day, close, close_raw, total_return, volume in rows:
        actions, prices = told[symbol]
        split, dividend = expected(actions, prices, day)
        both += any(len(kinds) == 2 for ex_date, kinds in actions.items() if ex_date > day)
        assert Fraction(close_raw) == prices[day]
        assert float(close) == pytest.approx(float(prices[day] / split), rel=1e-9, abs=1e-8)
        assert float(volume) == pytest.approx(float(1000 * split), rel=1e-9)
        adjusted = float(prices[day] / split * dividend)
        assert float(total_return) == pytest.approx(adjusted, rel=2e-7, abs=1e-8)
    assert both > 50


def test_the_order_in_which_actions_arrive_moves_no_factor(
    raw: RawRows,
    told: dict[str, tuple[Actions, dict[date, Fraction]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    other = landed(RawRows(tmp_path_factory.mktemp("factors3")), told, 3)
    query = (
        "select instrument_id, from_date, to_date, split_factor, dividend_factor"
        " from adjustment_factors order by 1, 2"
    )
    assert raw.rows(query) == other.rows(query)
    assert len(raw.rows(query)) > 30
