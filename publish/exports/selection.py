"""Which rows of a table are asked for, typed and in a stable order, in batches of one size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime

import duckdb
import pyarrow as pa

from publish.exports.tables import AS_OF, Column, Shape, kind_of, meant, quoted
from publish.features.instant import literal
from warehouse.errors import UsageError

# Of one size whatever DuckDB hands over: what a writer makes of them is the same each time.
BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Choice:
    """What is asked of each table; a table that lacks the column is not narrowed by it."""

    symbols: tuple[str, ...] = ()
    where: str = ""
    first: date | None = None
    last: date | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Selection:
    """One table's rows; `kept_whole` names what could not narrow them."""

    shape: Shape
    query: str
    row_count: int
    kept_whole: list[str] = field(default_factory=list)


def select(connection: duckdb.DuckDBPyConnection, table: str, choice: Choice) -> Selection:
    relation = f"main.{quoted(table)}"
    if choice.as_of:
        relation = AS_OF[table].format(literal(choice.as_of))
    shape = Shape(table, tuple(_columns(connection, relation)))
    conditions, kept_whole = _conditions(shape, choice)
    narrowed = f"{relation} as exported where {' and '.join(conditions) or 'true'}"
    try:
        row = connection.execute(f"select count(*) from {narrowed}").fetchone()
    except duckdb.Error as error:
        raise _misnamed(error, shape) from None
    shown = ", ".join(_typed(column) for column in shape.columns)
    order = ", ".join(f"exported.{quoted(name)} nulls last" for name in shape.order)
    query = f"select {shown} from {narrowed} order by {order}"
    return Selection(shape, query, int(row[0]) if row else 0, kept_whole)


def batches(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.Table]:
    """Rows as they stream; never more of them in memory than two batches and what DuckDB sorts.

    The next batch is read while the one before is written.
    """
    read = _of_one_size(connection.execute(query).to_arrow_reader(BATCH_ROWS))
    with ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(next, read, None)
        while (rows := coming.result()) is not None:
            coming = ahead.submit(next, read, None)
            yield rows


def _of_one_size(read: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    count = 0
    for batch in read:
        waiting.append(batch)
        count += batch.num_rows
        while count >= BATCH_ROWS:
            rows = pa.Table.from_batches(waiting)
            yield rows.slice(0, BATCH_ROWS).combine_chunks()
            waiting = rows.slice(BATCH_ROWS).to_batches()
            count -= BATCH_ROWS
    if count:
        yield pa.Table.from_batches(waiting).combine_chunks()


def check_symbols(connection: duckdb.DuckDBPyConnection, symbols: Sequence[str]) -> tuple[str, ...]:
    """Symbols as the instruments write them."""
    rows = connection.execute("select symbol from instruments order by symbol").fetchall()
    known = [symbol for (symbol,) in rows]
    asked = [one if one in known else one.upper() for one in symbols]
    if unknown := [symbol for symbol in asked if symbol not in known]:
        raise UsageError(
            f"no such symbol: {', '.join(unknown)}{meant(unknown[0], known)}",
            "`tapehouse universe list` names the symbols",
        )
    return tuple(sorted(set(asked)))


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[Column]:
    for name, declared, *_ in connection.execute(f"describe select * from {relation}").fetchall():
        kind = kind_of(declared)
        if kind == "text":
            declared = "VARCHAR"
        yield Column(name, "DECIMAL(38,0)" if declared == "HUGEINT" else declared, kind)


def _typed(column: Column) -> str:
    name = f"exported.{quoted(column.name)}"
    if column.kind == "instant":
        return f"cast({name} as timestamp) as {quoted(column.name)}"
    return f"cast({name} as {column.declared}) as {quoted(column.name)}"


def _conditions(shape: Shape, choice: Choice) -> tuple[list[str], list[str]]:
    found, kept_whole = [], []
    if choice.symbols:
        listed = ", ".join("'" + symbol.replace("'", "''") + "'" for symbol in choice.symbols)
        if "instrument_id" in shape.names:
            found.append(
                "exported.instrument_id in"
                f" (select instrument_id from main.instruments where symbol in ({listed}))"
            )
        elif "symbol" in shape.names:
            found.append(f"exported.symbol in ({listed})")
        else:
            kept_whole.append("symbols")
    for name, sign, day in (("from", ">=", choice.first), ("to", "<=", choice.last)):
        if day and shape.day:
            found.append(f"cast(exported.{quoted(shape.day.name)} as date) {sign} date '{day}'")
        elif day:
            kept_whole.append(name)
    if choice.where:
        found.append(f"({choice.where})")
    return found, kept_whole


def _misnamed(error: duckdb.Error, shape: Shape) -> UsageError:
    said = str(error).splitlines()[0]
    column = re.search(r'column "?([^"\s]+)"? not found', said)
    if column:
        said = f"{shape.name} has no column {column[1]}{meant(column[1], shape.names)}"
    return UsageError(
        f"--where: {said}", "a condition must fit every table; name the tables with --tables"
    )
