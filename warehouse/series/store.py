"""Stored indicators of a warehouse: made anew, or brought up to date from the first changed bar.

Runs inside the transaction that dbt holds, on DuckDB alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pyarrow as pa

from warehouse.series import kernel

# What is in memory at once. Less is slower for its many statements, more needs more memory.
ROWS_AT_ONCE = 1_000_000
ROW_GROUP = 122_880
BEGINNING = datetime(1, 1, 1)


@dataclass(frozen=True)
class Plan:
    """What dbt rendered of one table of series."""

    table: str
    bars: str
    entered: str
    changed: str
    levels: list[list[dict[str, Any]]]
    stored: list[dict[str, str]]
    context: int
    begun: int
    context_days: int

    def entered_from(self, series: str, held: Sequence[str] = ()) -> str:
        """The bars to compute from; `held` are the columns that a series left off with."""
        kept = "".join(f"{name}, " for name in held)
        return self.entered.replace("{series}", series).replace("{held}", kept)

    def bars_since(self, since: datetime) -> str:
        return self.bars.replace("{since}", f"timestamp '{since.isoformat(sep=' ')}'")

    @property
    def days_of_context(self) -> timedelta:
        return timedelta(days=self.context_days)

    @property
    def columns(self) -> str:
        return ", ".join(
            f"cast({one['source']} as {one['type']}) as {one['name']}" for one in self.stored
        )

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(one["source"] for one in self.stored))

    @property
    def carried(self) -> list[str]:
        """Columns that go on from what was stored of the bar before."""
        kinds = ("average", "running_total", "running_highest")
        return [
            item["name"] for level in self.levels for item in level if any(k in item for k in kinds)
        ]


def rebuild(connection: Any, plan: Plan) -> None:
    """Make the table anew, so many series at a time that memory stays bounded."""
    declared = ", ".join(f"{one['name']} {one['type']}" for one in plan.stored)
    connection.execute(f"create or replace table {plan.table} ({declared})")
    bars = plan.bars_since(BEGINNING)
    for first, last in _slices(connection, bars):
        series = (
            f"select *, cast(0 as bigint) as bars_before, cast(0 as bigint) as bars_held"
            f" from ({bars}) as bars where instrument_id between {first} and {last}"
        )
        _insert(connection, plan, series)


def update(connection: Any, plan: Plan) -> None:
    """Compute from the first changed bar of each series on, and only that."""
    starts = _starts(connection, plan)
    if starts.is_empty():
        return
    since, first = (_earliest(starts, name) for name in ("context_from", "changed_from"))
    connection.register("series_starts", starts)
    try:
        connection.execute(
            f"delete from {plan.table} as held using series_starts as starts"
            " where held.instrument_id = starts.instrument_id"
            " and held.opened_at >= starts.changed_from"
            f" and held.opened_at >= timestamp '{first}'"
        )
        series = (
            "select bars.*, starts.* exclude (instrument_id)"
            f" from ({plan.bars_since(since)}) as bars"
            " inner join series_starts as starts on bars.instrument_id = starts.instrument_id"
            " where bars.opened_at >= starts.context_from"
        )
        held = [f"{name}_held" for name in plan.carried]
        for part in _parts(connection, starts, series, plan):
            _insert(connection, plan, part, held)
    finally:
        connection.unregister("series_starts")


def _parts(connection: Any, starts: pl.DataFrame, series: str, plan: Plan) -> Iterator[str]:
    """All at once, unless series go far back: then as many at a time as a rebuild takes."""
    newest = starts["context_from"].max()
    assert isinstance(newest, datetime)
    if newest - _earliest(starts, "context_from") < plan.days_of_context:
        yield series
        return
    for first, last in _slices(connection, series):
        yield f"{series} and bars.instrument_id between {first} and {last}"


def _starts(connection: Any, plan: Plan) -> pl.DataFrame:
    """Where each changed series goes on: what it left off with, and the bars its windows need."""
    changed: pl.DataFrame = connection.execute(plan.changed).pl()
    if changed.is_empty():
        return changed
    # Older bars are looked for only where a few days do not hold enough of them: looking through
    # all would make the cost of a new bar grow with the history.
    days = plan.days_of_context
    begun = changed.filter(pl.col("changed_from") > BEGINNING + days)
    found = _left_off(connection, plan, begun.with_columns(since=pl.col("changed_from") - days))
    enough = found.filter(
        (pl.col("bars_before") == 0) | (pl.col("bars_before") + plan.context <= pl.col("bars_held"))
    )
    rest = begun.join(enough, on="instrument_id", how="anti")
    if not rest.is_empty():
        older = _left_off(connection, plan, rest.with_columns(since=pl.lit(BEGINNING)))
        enough = pl.concat([enough, older])
    starts = changed.join(enough, on="instrument_id", how="left")
    anew = pl.col("bars_held").is_null() | (pl.col("bars_held") < plan.begun)
    # A series whose recursive averages have not all begun has no state to go on from.
    return starts.with_columns(
        *[
            pl.when(~anew).then(pl.col(name)).otherwise(pl.lit(BEGINNING)).alias(name)
            for name in ("changed_from", "context_from")
        ],
        *[
            pl.when(~anew).then(pl.col(name)).otherwise(pl.lit(0)).alias(name)
            for name in ("bars_before", "bars_held")
        ],
    )


def _left_off(connection: Any, plan: Plan, changed: pl.DataFrame) -> pl.DataFrame:
    held = "".join(f", arg_max({name}, bar_number) as {name}_held" for name in plan.carried)
    connection.register("changed_series", changed)
    try:
        found: pl.DataFrame = connection.execute(
            f"""
            select
                instrument_id,
                max(bar_number) as bars_held,
                min(opened_at) filter (needed) as context_from,
                min(bar_number) filter (needed) - 1 as bars_before{held}
            from (
                select
                    held.*,
                    bar_number > max(bar_number) over series - {plan.context}
                    or date = max(date) over series as needed
                from {plan.table} as held
                inner join changed_series as changed
                    on held.instrument_id = changed.instrument_id
                where
                    held.opened_at >= timestamp '{_earliest(changed, "since")}'
                    and held.opened_at >= changed.since
                    and held.opened_at < changed.changed_from
                window series as (partition by held.instrument_id)
            ) as recent
            group by instrument_id
            """
        ).pl()
        return found
    finally:
        connection.unregister("changed_series")


def _earliest(frame: pl.DataFrame, column: str) -> datetime:
    found = frame[column].min()
    return found if isinstance(found, datetime) else BEGINNING


def _insert(connection: Any, plan: Plan, series: str, held: Sequence[str] = ()) -> None:
    """Compute series and add them to the table; of those that go on, only the new bars."""
    bars = connection.execute(plan.entered_from(series, held)).pl().sort("instrument_id", "place")
    if not held:
        bars = bars.with_columns(pl.lit(None).alias(f"{name}_held") for name in plan.carried)
    measured = kernel.measure(bars, plan.levels)
    if held:
        measured = measured.filter(pl.col("bar_number") > pl.col("bars_held"))
    # Handed over in pieces: DuckDB's threads share them, while one piece is one thread's work.
    whole = measured.select(plan.sources).rechunk().to_arrow()
    connection.register(
        "measured_bars", pa.Table.from_batches(whole.to_batches(ROW_GROUP), whole.schema)
    )
    try:
        connection.execute(f"insert into {plan.table} select {plan.columns} from measured_bars")
    finally:
        connection.unregister("measured_bars")


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
