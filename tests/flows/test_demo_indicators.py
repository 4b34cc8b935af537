"""The demo's indicators, daily and intraday: TA-Lib's on every row of every symbol."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pytest
import talib

from publish import open_market
from warehouse.folder import DataFolder

INDICATORS = {
    "sma_20": lambda close: talib.SMA(close, 20),
    "sma_50": lambda close: talib.SMA(close, 50),
    "sma_200": lambda close: talib.SMA(close, 200),
    "ema_12": lambda close: talib.EMA(close, 12),
    "ema_26": lambda close: talib.EMA(close, 26),
    "macd_line": lambda close: talib.MACD(close)[0],
    "macd_signal": lambda close: talib.MACD(close)[1],
    "macd_histogram": lambda close: talib.MACD(close)[2],
    "rsi_14": lambda close: talib.RSI(close, 14),
    "bb_upper": lambda close: talib.BBANDS(close, 20)[0],
    "bb_middle": lambda close: talib.BBANDS(close, 20)[1],
    "bb_lower": lambda close: talib.BBANDS(close, 20)[2],
}


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


@pytest.mark.parametrize("table", ["technical_indicators", "technical_indicators_intraday"])
def test_every_indicator_equals_talib_on_every_row_of_every_symbol(
    market: duckdb.DuckDBPyConnection, table: str
) -> None:
    symbols = market.execute(f"select distinct symbol from {table}").fetchall()
    assert len(symbols) >= 27
    for (symbol,) in symbols:
        found = market.execute(
            f"select close, {', '.join(INDICATORS)} from {table} where symbol = ? "
            "order by opened_at",
            [symbol],
        ).fetchnumpy()
        close = np.asarray(found["close"].astype(float))
        for name, reference in INDICATORS.items():
            ours = np.ma.filled(np.ma.asarray(found[name]).astype(float), np.nan)
            theirs = reference(close)
            assert (np.isnan(ours) == np.isnan(theirs)).all(), (symbol, name)
            here = ~np.isnan(theirs)
            least = 1e-3 * np.abs(close[here]) if name.startswith("macd") else 1e-12
            scale = np.maximum(np.abs(theirs[here]), least)
            assert (np.abs(ours[here] - theirs[here]) <= 1e-9 * scale).all(), (symbol, name)


def test_intraday_vwap_begins_anew_in_each_session(market: duckdb.DuckDBPyConnection) -> None:
    """Against the same sums by the engine's own window."""
    ((compared, apart),) = market.execute(
        """
        select count(indicators.vwap), max(abs(indicators.vwap / summed.vwap - 1))
        from technical_indicators_intraday as indicators
        inner join (
            select symbol, opened_at,
                sum(volume::double * (high + low + close)::double / 3) over session
                / sum(volume::double) over session as vwap
            from intraday_bars where interval = '15m'
            window session as (
                partition by symbol, session_date order by opened_at rows unbounded preceding
            )
        ) as summed using (symbol, opened_at)
        """
    ).fetchall()
    assert compared > 3000
    assert apart < 1e-12
