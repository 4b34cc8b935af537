"""What others do with the same bars: read them, compute twelve indicators, write them back.

Those that the lock does not hold are measured where they are installed: `pip install
pandas-ta-classic polars-talib`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
import talib

from bench.children import Figures, timed
from bench.indicators import market

BARS_IN_ORDER = (
    "select instrument_id, opened_at, cast(close as double) as close"
    " from daily_bars order by instrument_id, opened_at"
)
LEVELS = 40
ROW_GROUP = 122_880


def warehouse(root: Path) -> Path:
    return root / "indicators" / "warehouse.duckdb"


def measured(work: Callable[[duckdb.DuckDBPyConnection], pa.Table], root: Path) -> Figures:
    """What is read, computed and written, and nothing else."""
    with duckdb.connect(str(warehouse(root))) as connection:

        def read_and_written() -> None:
            computed = work(connection)
            groups = computed.to_batches(ROW_GROUP)
            connection.register("computed", pa.Table.from_batches(groups, computed.schema))
            connection.execute("create or replace table by_a_peer as from computed")

        return {"seconds": timed(read_and_written)}


def by_talib(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """Series after series, as its users do."""
    bars = connection.execute(BARS_IN_ORDER).to_arrow_table()
    close = bars["close"].to_numpy()
    found: dict[str, list[Any]] = {}
    for one in _series(bars["instrument_id"].to_numpy()):
        values = close[one]
        upper, middle, lower = talib.BBANDS(values, 20)
        line, signal, histogram = talib.MACD(values)
        for name, column in (
            ("sma_20", talib.SMA(values, 20)), ("sma_50", talib.SMA(values, 50)),
            ("sma_200", talib.SMA(values, 200)), ("ema_12", talib.EMA(values, 12)),
            ("ema_26", talib.EMA(values, 26)), ("macd_line", line), ("macd_signal", signal),
            ("macd_histogram", histogram), ("rsi_14", talib.RSI(values, 14)),
            ("bb_upper", upper), ("bb_middle", middle), ("bb_lower", lower),
        ):  # fmt: skip
            found.setdefault(name, []).append(column)
    return _table(bars, {name: np.concatenate(parts) for name, parts in found.items()})


def by_pandas_ta(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """pandas-ta, series after series."""
    pandas_ta: Any = importlib.import_module("pandas_ta_classic")
    bars = connection.execute(BARS_IN_ORDER).to_arrow_table()
    close = bars["close"].to_pandas()
    found: dict[str, list[Any]] = {}
    for one in _series(bars["instrument_id"].to_numpy()):
        values = close.iloc[one]
        columns = {
            "sma_20": pandas_ta.sma(values, 20), "sma_50": pandas_ta.sma(values, 50),
            "sma_200": pandas_ta.sma(values, 200), "ema_12": pandas_ta.ema(values, 12),
            "ema_26": pandas_ta.ema(values, 26), "rsi_14": pandas_ta.rsi(values, 14),
            **dict(pandas_ta.macd(values).items()), **dict(pandas_ta.bbands(values, 20).items()),
        }  # fmt: skip
        for name, column in columns.items():
            found.setdefault(name, []).append(column.to_numpy())
    return _table(bars, {name: np.concatenate(parts) for name, parts in found.items()})


def by_polars(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The expressions that its users write; averages begin with the first value."""
    close, change = pl.col("close"), pl.col("close").diff()
    fast, slow = (close.ewm_mean(span=span, adjust=False) for span in (12, 26))
    gain, loss = (
        moves.ewm_mean(alpha=1 / 14, adjust=False)
        for moves in (change.clip(lower_bound=0), (-change).clip(lower_bound=0))
    )
    mean, spread = close.rolling_mean(20), close.rolling_std(20, ddof=0)
    columns = {
        "sma_20": mean, "sma_50": close.rolling_mean(50), "sma_200": close.rolling_mean(200),
        "ema_12": fast, "ema_26": slow, "macd_line": fast - slow,
        "macd_signal": (fast - slow).ewm_mean(span=9, adjust=False),
        "macd_histogram": fast - slow - (fast - slow).ewm_mean(span=9, adjust=False),
        "rsi_14": 100 * gain / (gain + loss),
        "bb_upper": mean + 2 * spread, "bb_middle": mean, "bb_lower": mean - 2 * spread,
    }  # fmt: skip
    return _by_expressions(connection, columns)


def by_polars_talib(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """TA-Lib from within polars."""
    inner: Any = importlib.import_module("polars_talib")
    close = pl.col("close")
    columns = {
        **{f"sma_{window}": inner.sma(close, timeperiod=window) for window in (20, 50, 200)},
        **{f"ema_{window}": inner.ema(close, timeperiod=window) for window in (12, 26)},
        "rsi_14": inner.rsi(close, timeperiod=14),
        "macd": inner.macd(close, fastperiod=12, slowperiod=26, signalperiod=9),
        "bands": inner.bbands(close, timeperiod=20),
    }
    return _by_expressions(connection, columns, "macd", "bands")


def by_recursion(root: Path) -> Figures:
    """One average by a recursive query, bar upon bar; a few bars tell what all would take."""
    with duckdb.connect(str(warehouse(root))) as connection:
        connection.execute(
            "create temp table numbered as select instrument_id, cast(close as double) as close,"
            " row_number() over (partition by instrument_id order by opened_at) as n"
            " from daily_bars"
        )
        seconds = timed(
            lambda: connection.execute(
                f"""
                create table recursed as
                with recursive averages as (
                    select instrument_id, n, close as ema from numbered where n = 1
                    union all
                    select numbered.instrument_id, numbered.n,
                        averages.ema + 2.0 / 13 * (numbered.close - averages.ema)
                    from averages inner join numbered
                        on averages.instrument_id = numbered.instrument_id
                        and averages.n + 1 = numbered.n
                    where averages.n < {LEVELS}
                )
                select * from averages
                """
            )
        )
    return {"seconds": seconds * market.BARS / LEVELS, "bars_tried": LEVELS}


def _by_expressions(
    connection: duckdb.DuckDBPyConnection, columns: Mapping[str, pl.Expr], *structs: str
) -> pa.Table:
    computed = (
        connection.execute(BARS_IN_ORDER)
        .pl()
        .lazy()
        .with_columns(pl.col("instrument_id").set_sorted())
        .with_columns(values.over("instrument_id").alias(name) for name, values in columns.items())
        .drop("close")
    )
    if structs:
        computed = computed.unnest(*structs)
    return computed.collect().rechunk().to_arrow()


def _table(bars: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    return pa.table(
        {
            "instrument_id": bars["instrument_id"],
            "opened_at": bars["opened_at"],
            **{name: pa.array(values, mask=np.isnan(values)) for name, values in columns.items()},
        }
    )


def _series(numbers: Any) -> Iterator[slice]:
    edges = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1], True])
    for first, last in pairwise(edges):
        yield slice(first, last)


INSTALLED = {
    "talib": by_talib,
    "polars": by_polars,
    **({"polars_talib": by_polars_talib} if find_spec("polars_talib") else {}),
    **({"pandas_ta": by_pandas_ta} if find_spec("pandas_ta_classic") else {}),
}
MEASURES: dict[str, Callable[[Path], Figures]] = {
    **{f"indicators_{name}": partial(measured, work) for name, work in INSTALLED.items()},
    "indicators_recursion": by_recursion,
}
