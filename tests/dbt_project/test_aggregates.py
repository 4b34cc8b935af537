"""Aggregates of the market against pandas and a plain loop, over random closes."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.dbt_project.raw_rows import RawRows, Row

FIRST = date(2023, 1, 2)
STOCKS = ("AAPL", "AMD", "AMZN", "AVGO", "INTC")
OTHERS = ("AIQ", "SPX", "BTCUSDT")
DAYS = 400


def land(raw: RawRows) -> None:
    drawn = random.Random(3)
    for calendar in ("XNAS", "XNYS", "24/7"):
        days = raw.sessions("24/7", FIRST, FIRST + timedelta(days=DAYS))
        raw.land("calendar_sessions", [{**row, "calendar": calendar} for row in days])
    request = raw.request(raw.first_accepted_at, provider="file_drop", endpoint="file")
    for symbol in STOCKS + OTHERS:
        price = 50 + 100 * drawn.random()
        rows: list[Row] = []
        for number in range(DAYS):
            price *= 1 + drawn.gauss(0.001, 0.02)
            close = Decimal(f"{price:.2f}")
            # One was listed later, one delisted early; now and then a close stays.
            if (symbol == "AMD" and number < 150) or (symbol == "INTC" and number > 300):
                continue
            if drawn.random() < 0.05 and rows:
                close = rows[-1]["close"]
            rows.append(
                {
                    "request_id": request, "symbol": symbol, "interval": "1d",
                    "bar_date": FIRST + timedelta(days=number), "open": close,
                    "high": close + Decimal("0.5"), "low": close - Decimal("0.4"),
                    "close": close, "volume": Decimal(drawn.randrange(1, 10**6)),
                }
            )  # fmt: skip
        raw.land("file_drop_bars", rows)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> RawRows:
    raw = RawRows(tmp_path_factory.mktemp("aggregates"))
    land(raw)
    raw.build("--select", "+tag:aggregates", "+tag:familiar", "--exclude", "test_type:data")
    return raw


@pytest.fixture(scope="module")
def closes(raw: RawRows) -> pd.DataFrame:
    rows = raw.rows("select date, symbol, close::double from daily_aggregates")
    frame = pd.DataFrame(rows, columns=["date", "symbol", "close"])
    assert len(frame) == DAYS * len(STOCKS + OTHERS) - 150 - 99
    return frame.pivot(index="date", columns="symbol", values="close").sort_index()


def held(raw: RawRows, columns: str, table: str, where: str = "true") -> pd.DataFrame:
    rows = raw.rows(f"select date, {columns} from {table} where {where} order by date")
    return pd.DataFrame(rows, columns=["date", *columns.split(", ")]).set_index("date")


@pytest.mark.parametrize("symbol", STOCKS + OTHERS)
def test_changes_and_volatility_are_those_of_pandas(
    raw: RawRows, closes: pd.DataFrame, symbol: str
) -> None:
    close = closes[symbol].dropna()
    found = held(
        raw, "price_change_pct, log_return, volatility", "daily_aggregates", f"symbol = '{symbol}'"
    ).astype(float)
    logs = np.log(close).diff()
    a_year = 365 if symbol == "BTCUSDT" else 252
    expected = {
        "price_change_pct": close.pct_change() * 100,
        "log_return": logs,
        "volatility": logs.rolling(20).std() * np.sqrt(a_year),
    }
    for name, wanted in expected.items():
        np.testing.assert_allclose(found[name], wanted, rtol=1e-7, atol=1e-8, err_msg=name)
    assert found["volatility"].first_valid_index() == close.index[20]


def test_breadth_counts_the_stocks_of_each_day(raw: RawRows, closes: pd.DataFrame) -> None:
    stocks = closes[list(STOCKS)]
    change = stocks.apply(lambda one: one.dropna().diff())
    found = held(
        raw,
        "stock_count, advancers, decliners, unchanged, advance_decline_line, new_highs, new_lows, "
        "share_above_sma_50",
        "market_breadth",
    )
    days = change.index[change.notna().any(axis=1)]
    assert list(found.index) == list(days)
    change, stocks = change.loc[days], stocks
    net = (change > 0).sum(axis=1) - (change < 0).sum(axis=1)
    highs = (stocks + 0.5) > (stocks + 0.5).apply(
        lambda one: one.dropna().shift().rolling(252).max()
    )
    averages = stocks.apply(lambda one: one.dropna().rolling(50).mean())
    above = (stocks > averages).astype(float).where(averages.notna()).mean(axis=1)
    expected: dict[str, Any] = {
        "stock_count": change.notna().sum(axis=1),
        "advancers": (change > 0).sum(axis=1),
        "decliners": (change < 0).sum(axis=1),
        "unchanged": (change == 0).sum(axis=1),
        "advance_decline_line": net.cumsum(),
        "new_highs": highs.loc[days].sum(axis=1),
    }
    for name, wanted in expected.items():
        assert list(found[name]) == list(wanted), name
    assert found["new_highs"].sum() > 0
    assert found["new_lows"].sum() >= 0
    shares = found["share_above_sma_50"].astype(float)
    np.testing.assert_allclose(shares, above.loc[days].to_numpy(dtype=float), rtol=1e-12)


def test_the_oscillator_is_that_of_a_plain_loop(raw: RawRows) -> None:
    found = held(raw, "advancers, decliners, mcclellan_oscillator", "market_breadth")
    moved = found["advancers"] + found["decliners"]
    net = 1000 * (found["advancers"] - found["decliners"]) / moved.where(moved > 0)
    values = net.fillna(0).to_list()

    def average(window: int) -> list[float | None]:
        mean, shown = 0.0, list[float | None]()
        for place, value in enumerate(values, start=1):
            if place == window:
                mean = sum(values[:window]) / window
            elif place > window:
                mean += 2 / (window + 1) * (value - mean)
            shown.append(mean if place >= window else None)
        return shown

    wanted = [
        None if slow is None or fast is None else fast - slow
        for fast, slow in zip(average(19), average(39), strict=True)
    ]
    told = [None if value != value else value for value in found["mcclellan_oscillator"]]
    assert [value is None for value in told] == [value is None for value in wanted]
    np.testing.assert_allclose(told[38:], wanted[38:], rtol=1e-9, atol=1e-9)


def test_the_summary_names_who_moved_most_and_the_index(raw: RawRows, closes: pd.DataFrame) -> None:
    change = closes[list(STOCKS)].apply(lambda one: one.dropna().pct_change() * 100)
    found = held(
        raw, "average_change_pct, top_gainer, top_loser, index_close, advancers", "market_summary"
    )
    day = closes.index[200]
    row, moves = found.loc[day], change.loc[day].dropna()
    assert row["average_change_pct"] == pytest.approx(moves.mean(), rel=1e-7)
    assert (row["top_gainer"], row["top_loser"]) == (moves.idxmax(), moves.idxmin())
    assert float(row["index_close"]) == pytest.approx(closes["SPX"].loc[day])
    assert row["advancers"] == (moves > 0).sum()


def test_the_familiar_tables_hold_their_kinds_of_instruments(raw: RawRows) -> None:
    kinds = {
        "stock": {*STOCKS, "AIQ"}, "index": {"SPX"}, "commodity": set(), "bond": set(),
    }  # fmt: skip
    for kind, symbols in kinds.items():
        for table in (f"{kind}_data", f"{kind}_data_raw"):
            names = {name for (name,) in raw.rows(f"select distinct symbol from {table}")}
            assert names == symbols, table
    query = "select count(*) from {} where data_quality_score is null or close is null"
    assert raw.rows(query.format("stock_data")) == [(0,)]
