"""Finding the cell that is meant: the instrument, the mart that has the field, and its row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Any

import duckdb

from publish.trace.tree import Row, rows, told
from warehouse.errors import UsageError

INTERVALS = ("1m", "5m", "15m", "1h", "1d")
LATEST = "latest"
# Where a field stands in several marts, the first of these has it.
FIRST_TABLES = (
    "daily_bars", "intraday_bars", "technical_indicators", "technical_indicators_intraday",
    "latest_prices",
)  # fmt: skip
DAYS = ("date", "session_date", "ex_date")
INSTANTS = ("opened_at", "quoted_at", "traded_at", "priced_at")


@dataclass(frozen=True)
class Mart:
    """A mart whose rows belong to an instrument and a time, with the words on its columns."""

    name: str
    columns: dict[str, str]

    def first_of(self, names: Iterable[str]) -> str | None:
        return next((name for name in names if name in self.columns), None)

    @property
    def day(self) -> str | None:
        return self.first_of(DAYS)

    @property
    def instant(self) -> str | None:
        return self.first_of(INSTANTS)


@dataclass(frozen=True)
class When:
    """A session's date, an instant, or the newest row there is."""

    at: datetime | None
    is_day: bool

    def __str__(self) -> str:
        return LATEST if self.at is None else f"{self.at:%Y-%m-%d}" if self.is_day else f"{self.at}"


@dataclass(frozen=True)
class Cell:
    """A row of a mart; without a field the whole row is meant."""

    mart: Mart
    row: Row
    field: str | None


def parse_time(text: str) -> When:
    if text.lower() in (LATEST, "now"):
        return When(None, False)
    try:
        at = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        raise UsageError(
            f"not a time: {text!r}", "write 2026-03-10, '2026-03-10 14:05' (UTC), or latest"
        ) from None
    if at.tzinfo:
        at = at.astimezone(UTC).replace(tzinfo=None)
    return When(at, len(text) <= len("2026-03-10"))


def check_interval(interval: str | None) -> None:
    if interval and interval not in INTERVALS:
        raise UsageError(f"no such interval: {interval}", f"there are {', '.join(INTERVALS)}")


def instrument(connection: duckdb.DuckDBPyConnection, symbol: str) -> Row:
    known = {row["symbol"]: row for row in rows(connection, "select * from instruments")}
    found = known.get(symbol) or known.get(symbol.upper())
    if found:
        return dict(found)
    near = get_close_matches(symbol.upper(), known, 3, 0.5) or sorted(known)[:5]
    raise UsageError(
        f"no instrument has the symbol {symbol!r}", f"there is {', '.join(near)}, for example"
    )


def marts(connection: duckdb.DuckDBPyConnection) -> list[Mart]:
    """Every mart with an instrument and a time, in the order in which fields are looked for."""
    columns: dict[str, dict[str, str]] = {}
    for table, column, comment in connection.execute(
        "select table_name, column_name, coalesce(comment, '') from duckdb_columns() "
        "where schema_name = 'main' and not internal order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, {})[column] = comment
    found = [Mart(name, held) for name, held in columns.items() if "instrument_id" in held]
    order = {name: place for place, name in enumerate(FIRST_TABLES)}
    return sorted(
        (mart for mart in found if mart.day or mart.instant),
        key=lambda mart: (order.get(mart.name, len(order)), mart.name),
    )


def find(
    connection: duckdb.DuckDBPyConnection,
    owner: Row,
    when: When,
    field: str | None,
    interval: str | None,
    table: str | None,
) -> Cell:
    check_interval(interval)
    mart = _mart(marts(connection), when, field, interval, table)
    return Cell(mart, _row(connection, mart, owner, when, interval), field)


def _mart(
    known: list[Mart], when: When, field: str | None, interval: str | None, table: str | None
) -> Mart:
    if table:
        named = next((mart for mart in known if mart.name == table), None)
        if named is None:
            raise UsageError(
                f"no mart {table!r} with an instrument and a time",
                f"there are {', '.join(mart.name for mart in known)}",
            )
        if field and field not in named.columns:
            raise UsageError(
                f"{table} has no field {field!r}", f"it has {', '.join(named.columns)}"
            )
        return named
    # A day means a row of a session, an instant a row of a bar or an event of the day.
    daily = interval == "1d" or (interval is None and when.is_day)
    if when.at is None:
        fitting = [mart for mart in known if mart.name == "latest_prices"]
    else:
        fitting = [mart for mart in known if _is_daily(mart) == daily]
    rest = [mart for mart in known if mart not in fitting]
    for mart in [*fitting, *rest]:
        if field is None or field in mart.columns:
            return mart
    fields = {column for mart in fitting for column in mart.columns}
    near = get_close_matches(field or "", fields, 5, 0.5) or sorted(fields)
    raise UsageError(f"no mart has a field {field!r}", f"there is {', '.join(near)}, for example")


def _is_daily(mart: Mart) -> bool:
    return mart.day is not None and "interval" not in mart.columns


def _row(
    connection: duckdb.DuckDBPyConnection,
    mart: Mart,
    owner: Row,
    when: When,
    interval: str | None,
) -> Row:
    keys = ["instrument_id = ?"]
    values: list[Any] = [owner["instrument_id"]]
    column = mart.day if _is_daily(mart) else mart.instant or mart.day
    if "interval" in mart.columns:
        if interval is None and when.is_day:
            interval = "1d"
        if interval:
            keys.append("interval = ?")
            values.append(interval)
        if when.is_day and mart.day:
            column = mart.day
    own = f"from {mart.name} where {' and '.join(keys)}"
    order = f"order by {column} desc"
    if "interval" in mart.columns:
        order += f", list_position({list(INTERVALS)}, interval)"
    if when.at is None or column == "priced_at":
        found = rows(connection, f"select * {own} {order} limit 1", values)
    elif column in ("quoted_at", "traded_at", "ex_date"):
        # Events stand where they fell: the newest one that had happened by then is meant.
        until = when.at + (timedelta(days=1) if when.is_day else timedelta(microseconds=1))
        found = rows(
            connection, f"select * {own} and {column} < ? {order} limit 1", [*values, until]
        )
    else:
        at = when.at.date() if column in DAYS else when.at
        # Sorted here: a few rows at most, and a sort would have the engine read the whole table.
        found = rows(connection, f"select * {own} and {column} = ?", [*values, at])
        found.sort(key=lambda row: INTERVALS.index(row.get("interval", "1d")))
    if found:
        return found[0]
    wanted = f"{owner['symbol']}{f' {interval}' if interval else ''} at {when}"
    raise UsageError(
        f"{mart.name} has no row of {wanted}{_set_aside(connection, owner, when)}",
        _nearest(connection, own, values, column or "", when),
    )


def _set_aside(connection: duckdb.DuckDBPyConnection, owner: Row, when: When) -> str:
    """A bar that is not there may have come and been refused."""
    if when.at is None or when.is_day:
        return ""
    found = rows(
        connection,
        "select distinct interval || ' ' || rule as told from quarantined_rows "
        "where instrument_id = ? and opened_at = ? order by told",
        [owner["instrument_id"], when.at],
    )
    return f"; set aside there: {', '.join(row['told'] for row in found)}" if found else ""


def _nearest(
    connection: duckdb.DuckDBPyConnection, own: str, values: list[Any], column: str, when: When
) -> str:
    at = when.at or datetime.max
    found = rows(
        connection,
        f"select max({column}) filter ({column} < ?) as before, min({column}) as first, "
        f"min({column}) filter ({column} > ?) as after, max({column}) as last {own}",
        [at, at, *values],
    )[0]
    if found["first"] is None:
        return "it has none of it at all: see `tapehouse universe list`"
    near = " and ".join(told(found[one]) for one in ("before", "after") if found[one] is not None)
    return f"the nearest: {near}; it reaches from {told(found['first'])} to {told(found['last'])}"
