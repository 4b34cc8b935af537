"""The rows of features: one for each whole daily bar, from the bars that were known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from publish.features.columns import KEYS, Column, features
from publish.features.instant import literal
from warehouse.errors import TapehouseError, UsageError
from warehouse.series import kernel
from warehouse.series.plan import Plan

Item = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """Keys, features and the close of every whole bar, by instrument and time."""

    table: pa.Table
    features: list[Column]
    left_out: dict[str, str]


def rows(
    connection: duckdb.DuckDBPyConnection,
    at: datetime,
    groups: Sequence[str],
    symbols: Sequence[str] = (),
) -> Rows:
    """What the copy knew at the instant; the same bits from every copy that knew as much."""
    bars = known_bars(connection, at, symbols)
    if bars.is_empty():
        raise UsageError(f"no whole daily bar was known at {at} UTC", "name a later instant")
    plan, shown = planned(connection)
    chosen, left_out = features([one["name"] for one in shown], groups, meanings(connection))
    return Rows(compute(bars, plan, shown, chosen), chosen, left_out)


def known_bars(
    connection: duckdb.DuckDBPyConnection, at: datetime, symbols: Sequence[str] = ()
) -> pl.DataFrame:
    """A bar that was still forming is left out: its close is none."""
    try:
        every = connection.sql(f"select * from feature_bars_as_of({literal(at)})")
    except duckdb.CatalogException:
        raise _older_copy() from None
    known = every.filter("not is_partial").order("instrument_id, opened_at").pl()
    if not symbols:
        return known
    asked = [symbol.upper() for symbol in symbols]
    held = set(known["symbol"].to_list())
    missing = [symbol for symbol in asked if symbol not in held]
    if missing:
        raise UsageError(
            f"no daily bar of {', '.join(missing)} was known at {at} UTC",
            "`tapehouse universe list` names the symbols",
        )
    return known.filter(pl.col("symbol").is_in(asked))


def planned(connection: duckdb.DuckDBPyConnection) -> tuple[Plan, list[Item]]:
    """The indicators that the copy was built with, and the columns that they are shown as."""
    try:
        row = connection.execute("select plan from intermediate.int_indicators_planned").fetchone()
    except duckdb.CatalogException:
        raise _older_copy() from None
    told = json.loads(row[0] if row else "{}")
    plan = Plan("", "", "", told["entered"], told["levels"], told["stored"], 0)
    return plan, told["shown"]


def meanings(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the copy says of its indicators."""
    found = connection.execute(
        "select column_name, comment from duckdb_columns()"
        " where table_name = 'technical_indicators' and comment is not null"
    ).fetchall()
    return dict(found)


def compute(
    bars: pl.DataFrame, plan: Plan, shown: Sequence[Item], chosen: Sequence[Column]
) -> pa.Table:
    """Indicators by the kernel, which looks at no later bar, then the features that follow.

    The kernel's bits do not depend on the other series or on how much is computed at once, as
    those of SQL windows over doubles do: so two copies give the same file.
    """
    nothing = [pl.lit(None).alias(f"{name}_held") for name in plan.carried]
    begun = [pl.lit(0, pl.Int64).alias(name) for name in ("bars_before", "bars_held")]
    known = bars.with_columns(*nothing, *begun)
    measured = kernel.measure(known, plan.entered, plan.levels).select(plan.sources)
    indicators = ", ".join(f"{one.get('is', one['name'])} as {one['name']}" for one in shown)
    finite = ", ".join(
        f"case when isfinite({one.expression}) then {one.expression} end as {one.name}"
        for one in chosen
    )
    keys = ", ".join(f"bars.{one.name}" for one in KEYS)
    with duckdb.connect() as connection:
        connection.register("bars", bars)
        connection.register("measured", measured)
        result: Any = connection.execute(
            f"""
            with stored as (select {plan.columns} from measured),
            shown as (select instrument_id, opened_at, close, {indicators} from stored),
            formed as (select instrument_id, opened_at, close, {finite} from shown)
            select {keys}, formed.* exclude (instrument_id, opened_at)
            from formed
            inner join bars
                on formed.instrument_id = bars.instrument_id and formed.opened_at = bars.opened_at
            order by bars.instrument_id, bars.opened_at
            """
        )
        table: pa.Table = result.to_arrow_table()
        return table


def _older_copy() -> TapehouseError:
    return TapehouseError(
        "the published copy is of an older release and has no features", "run `tapehouse run`"
    )
