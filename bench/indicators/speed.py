"""Twelve indicators of five million bars by us and by others, read from one file and written back.

Others get the bars in order and write their columns beside the keys. What we store of the twelve
are ten columns; the view that people read derives the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
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
from bench.indicators.scratch import Scratch

CORE = "{indicator_families: [averages, macd, rsi, bands]}"
SERIES = 1000
BARS = 5000
LEVELS = 40
BARS_IN_ORDER = (
    "select instrument_id, opened_at, cast(close as double) as close"
    " from daily_bars order by instrument_id, opened_at"
)
MEASURED = "intermediate.int_daily_bars_measured"


def path(root: Path) -> Path:
    return root / "indicators" / "warehouse.duckdb"


def ours(root: Path) -> Figures:
    scratch = Scratch(path(root).parent)
    market.fill(scratch, SERIES, BARS)
    seconds = scratch.run(1, "--full-refresh", "--vars", CORE)
    return {"bars": SERIES * BARS, "seconds": seconds}


def all_families(root: Path) -> Figures:
    scratch = Scratch(path(root).parent, anew=False)
    return {"seconds": scratch.run(1, "--full-refresh")}


def floor(root: Path) -> Figures:
    """Only to write again what we store."""
    with duckdb.connect(str(path(root))) as connection:
        return {
            "seconds": timed(lambda: connection.execute(f"create table again as from {MEASURED}"))
        }


def by_talib(root: Path) -> Figures:
    with duckdb.connect(str(path(root))) as connection:
        return {"seconds": timed(lambda: _talib(connection))}


def by_polars(root: Path) -> Figures:
    with duckdb.connect(str(path(root))) as connection:
        return {"seconds": timed(lambda: _polars(connection))}


def by_recursion(root: Path) -> Figures:
    """One average by a recursive query, bar upon bar; a few bars tell what all would take."""
    with duckdb.connect(str(path(root))) as connection:
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
    return {"seconds": seconds * BARS / LEVELS, "bars_tried": LEVELS}


def updates(root: Path) -> Figures:
    """One new bar of 500 series after one year and after twenty; the median of five."""
    scratch = Scratch(root / "updates")
    figures: Figures = {}
    for years in (1, 20):
        market.fill(scratch, 500, 252 * years)
        figures[f"rebuild_{years}"] = scratch.run(1, "--full-refresh")
        spent = []
        for known_seq in range(2, 8):
            market.add_session(scratch, known_seq)
            spent.append(scratch.run(known_seq))
        # The first after a rebuild finds nothing in memory.
        figures[f"update_{years}"] = float(np.median(spent[1:]))
    return figures


def _talib(connection: duckdb.DuckDBPyConnection) -> None:
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
    columns = {name: np.concatenate(parts) for name, parts in found.items()}
    table = pa.table(
        {
            "instrument_id": bars["instrument_id"],
            "opened_at": bars["opened_at"],
            **{name: pa.array(values, mask=np.isnan(values)) for name, values in columns.items()},
        }
    )
    connection.register("computed", pa.Table.from_batches(table.to_batches(122_880)))
    connection.execute("create or replace table by_talib as from computed")


def _series(numbers: Any) -> Iterator[slice]:
    edges = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1], True])
    for first, last in pairwise(edges):
        yield slice(first, last)


def _polars(connection: duckdb.DuckDBPyConnection) -> None:
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
    bars = connection.execute(BARS_IN_ORDER).pl().lazy()
    computed = (
        bars.with_columns(pl.col("instrument_id").set_sorted())
        .with_columns(values.over("instrument_id").alias(name) for name, values in columns.items())
        .drop("close")
        .collect()
        .rechunk()
        .to_arrow()
    )
    connection.register("computed", pa.Table.from_batches(computed.to_batches(122_880)))
    connection.execute("create or replace table by_polars as from computed")


MEASURES = {
    "indicators": ours,
    "indicators_talib": by_talib,
    "indicators_polars": by_polars,
    "indicators_floor": floor,
    "indicators_recursion": by_recursion,
    "indicators_all": all_families,
    "updates": updates,
}
