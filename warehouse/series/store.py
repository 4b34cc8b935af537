"""Stored indicators of a warehouse: made anew, or brought up to date from the first changed bar.

Runs inside the transaction that dbt holds, on DuckDB alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pyarrow as pa

from warehouse.series import kernel
from warehouse.series.columns import HELD, NUMBER
from warehouse.series.plan import BEGINNING, Plan

# What is in memory at once. Less is slower for its many statements, more needs more memory.
ROWS_AT_ONCE = 1_000_000
ROWS_IN_CACHE = 100_000
ROW_GROUP = 122_880
IN_ORDER = " order by bars.instrument_id, bars.opened_at"


def rebuild(connection: Any, plan: Plan) -> None:
    """Make the table anew, so many series at a time that memory stays bounded."""
    declared = ", ".join(f"{one['name']} {one['type']}" for one in plan.stored)
    connection.execute(f"create or replace table {plan.table} ({declared})")
    bars = plan.bars_since(BEGINNING)
    # While one lot is written the next is computed: DuckDB and the kernel share the cores.
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        computed: list[Future[pl.DataFrame]] = []
        for first, last in _slices(connection, bars):
            series: pl.DataFrame = connection.execute(
                f"select *, cast(0 as bigint) as bars_before, cast(0 as bigint) as bars_held"
                f" from ({bars}) as bars where instrument_id between {first} and {last}" + IN_ORDER
            ).pl()
            pieces = [workers.submit(_computed, plan, piece) for piece in _pieces(series)]
            _insert(connection, plan, computed)
            computed = pieces
        _insert(connection, plan, computed)


def _computed(plan: Plan, series: pl.DataFrame) -> pl.DataFrame:
    nothing = [pl.lit(None).alias(f"{name}_held") for name in plan.carried]
    measured = kernel.measure(series.with_columns(nothing), plan.entered, plan.levels)
    return measured.select(plan.sources)


def _pieces(series: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Whole series, together so few bars that what is made of them stays in the caches."""
    numbers = series["instrument_id"]
    edges = [0, *(numbers != numbers.shift(1)).arg_true().to_list(), len(series)]
    first = 0
    for edge, following in pairwise(edges):
        if following - first > ROWS_IN_CACHE and edge > first:
            yield series[first:edge]
            first = edge
    if first < len(series):
        yield series[first:]


def update(connection: Any, plan: Plan) -> None:
    """Compute from the first changed bar of each series on, and only that."""
    starts = _starts(connection, plan)
    if starts.is_empty():
        return
    with _registered(connection, "series_starts", starts):
        connection.execute(
            f"delete from {plan.table} as held using series_starts as starts"
            " where held.instrument_id = starts.instrument_id"
            " and held.opened_at >= starts.changed_from"
            f" and held.opened_at >= timestamp '{_earliest(starts, 'changed_from')}'"
        )
        for condition in _parts(connection, plan, starts):
            _go_on(connection, plan, starts, condition)


@contextmanager
def _registered(connection: Any, name: str, rows: pl.DataFrame) -> Iterator[None]:
    connection.register(name, rows)
    try:
        yield
    finally:
        connection.unregister(name)


def _go_on(connection: Any, plan: Plan, starts: pl.DataFrame, condition: str) -> None:
    near = connection.execute(_series(plan, starts, "near") + condition + IN_ORDER).pl()
    held = starts.select(
        "instrument_id",
        "bars_held",
        pl.col("near_before").alias("bars_before"),
        *[f"{name}_held" for name in plan.carried],
    )
    bars = near.join(held, on="instrument_id", how="left", maintain_order="left")
    measured = kernel.measure_new(bars, plan.entered, plan.near)
    if plan.distant:
        measured = measured.join(
            _distant(connection, plan, starts, condition),
            on=["instrument_id", "bar_number"],
            how="left",
            maintain_order="left",
        )
    new: Future[pl.DataFrame] = Future()
    new.set_result(measured)
    _insert(connection, plan, [new])


def _distant(connection: Any, plan: Plan, starts: pl.DataFrame, condition: str) -> pl.DataFrame:
    """Long means by themselves, from no more columns than they need."""
    means = sorted({item["mean"] for item in plan.distant})
    columns = ", ".join(["instrument_id", "opened_at", *means])
    far = connection.execute(
        f"select {columns} from ({_series(plan, starts, 'far')}{condition}) as bars{IN_ORDER}"
    ).pl()
    before = starts.select("instrument_id", "bars_held", pl.col("far_before").alias("bars_before"))
    measured = kernel.measure(
        far.join(before, on="instrument_id", how="left", maintain_order="left"),
        [column for column in plan.entered if column["name"] in means],
        [plan.distant],
    )
    return measured.filter(NUMBER > HELD).select(
        "instrument_id", "bar_number", *[item["name"] for item in plan.distant]
    )


def _series(plan: Plan, starts: pl.DataFrame, reach: str) -> str:
    """The bars that changed series are computed from; a condition may follow."""
    return (
        f"select bars.* from ({plan.bars_since(_earliest(starts, f'{reach}_from'))}) as bars"
        " inner join series_starts as starts on bars.instrument_id = starts.instrument_id"
        f" where bars.opened_at >= starts.{reach}_from"
    )


def _parts(connection: Any, plan: Plan, starts: pl.DataFrame) -> Iterator[str]:
    """All at once, unless series go far back: then as many at a time as a rebuild takes."""
    newest = starts["far_from"].max()
    assert isinstance(newest, datetime)
    if newest - _earliest(starts, "far_from") < _days(plan, plan.levels):
        yield ""
        return
    for first, last in _slices(connection, _series(plan, starts, "far")):
        yield f" and bars.instrument_id between {first} and {last}"


def _starts(connection: Any, plan: Plan) -> pl.DataFrame:
    """Where each changed series goes on: what it left off with, and the bars its windows need."""
    partial = f"select instrument_id, opened_at from {plan.table} where is_partial"
    with _registered(connection, "partial_bars", connection.execute(partial).pl()):
        changed: pl.DataFrame = connection.execute(plan.changed).pl()
    if changed.is_empty():
        return changed
    # Older bars are looked for only where a few days do not hold enough of them: looking through
    # all would make the cost of a new bar grow with the history.
    days = _days(plan, plan.levels)
    begun = changed.filter(pl.col("changed_from") > BEGINNING + days)
    found = _left_off(connection, plan, begun.with_columns(since=pl.col("changed_from") - days))
    missing = pl.col("bars_held") - pl.col("far_before") < kernel.reach(plan.levels)
    enough = found.filter((pl.col("far_before") == 0) | ~missing)
    rest = begun.join(enough, on="instrument_id", how="anti")
    if not rest.is_empty():
        older = _left_off(connection, plan, rest.with_columns(since=pl.lit(BEGINNING)))
        enough = pl.concat([enough, older])
    starts = changed.join(enough, on="instrument_id", how="left")
    # A series whose recursive averages have not all begun has no state to go on from.
    anew = pl.col("bars_held").is_null() | (pl.col("bars_held") < plan.begun)
    from_start = {
        **dict.fromkeys(("changed_from", "near_from", "far_from"), BEGINNING),
        **dict.fromkeys(("near_before", "far_before", "bars_held"), 0),
    }
    return starts.with_columns(
        pl.when(~anew).then(pl.col(name)).otherwise(pl.lit(value)).alias(name)
        for name, value in from_start.items()
    )


def _left_off(connection: Any, plan: Plan, changed: pl.DataFrame) -> pl.DataFrame:
    """Of each series the newest bar before the change, and where its windows begin."""
    held = "".join(f", held.{name} as {name}_held" for name in plan.carried)
    since = f"timestamp '{_earliest(changed, 'since')}'"
    with _registered(connection, "changed_series", changed):
        found: pl.DataFrame = connection.execute(
            f"""
            with recent as (
                select held.instrument_id, held.date, held.opened_at, held.bar_number
                from {plan.table} as held
                inner join changed_series as changed
                    on held.instrument_id = changed.instrument_id
                where
                    held.opened_at >= {since}
                    and held.opened_at >= changed.since
                    and held.opened_at < changed.changed_from
            ),

            newest as (
                select
                    instrument_id,
                    max(bar_number) as bars_held,
                    max(opened_at) as opened_at,
                    max(date) as date
                from recent
                group by instrument_id
            ),

            spans as (
                select
                    recent.instrument_id,
                    {_span("far", kernel.reach(plan.levels))},
                    {_span("near", kernel.reach(plan.near))}
                from recent
                inner join newest on recent.instrument_id = newest.instrument_id
                group by recent.instrument_id
            )

            select spans.*, newest.bars_held{held}
            from newest
            inner join spans on newest.instrument_id = spans.instrument_id
            inner join {plan.table} as held
                on newest.instrument_id = held.instrument_id
                and newest.opened_at = held.opened_at
            where held.opened_at >= {since}
            """
        ).pl()
        return found


def _span(name: str, bars: int) -> str:
    needed = f"filter (newest.bars_held - bar_number < {bars} or recent.date = newest.date)"
    return (
        f"min(recent.opened_at) {needed} as {name}_from,"
        f" min(bar_number) {needed} - 1 as {name}_before"
    )


def _days(plan: Plan, levels: list[list[dict[str, Any]]]) -> timedelta:
    return timedelta(days=10 + plan.bar_days * kernel.reach(levels))


def _earliest(frame: pl.DataFrame, column: str) -> datetime:
    found = frame[column].min()
    return found if isinstance(found, datetime) else BEGINNING


def _insert(connection: Any, plan: Plan, computed: Sequence[Future[pl.DataFrame]]) -> None:
    """Handed over in row groups: DuckDB's threads share them, and need not join them again."""
    if not computed:
        return
    whole = pl.concat([one.result().select(plan.sources) for one in computed]).rechunk().to_arrow()
    groups = whole.to_batches(ROW_GROUP)
    table = pa.Table.from_batches(groups, whole.schema)
    # Not registered: a transaction keeps what was until it ends, and so all that was computed.
    connection.from_arrow(table).project(plan.columns).insert_into(plan.table)


def _slices(connection: Any, bars: str) -> Iterator[tuple[int, int]]:
    counted = connection.execute(
        f"select instrument_id, count(*) from ({bars}) as bars group by 1 order by 1"
    ).fetchall()
    first, rows = None, 0
    for number, (instrument, count) in enumerate(counted):
        first = instrument if first is None else first
        rows += count
        following = counted[number + 1][1] if number + 1 < len(counted) else ROWS_AT_ONCE
        if rows + following > ROWS_AT_ONCE:
            yield first, instrument
            first, rows = None, 0
