"""What can be exported: keys and times of the tables, and those that an export has by default."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

import duckdb

from warehouse.errors import UsageError

Kind = Literal["text", "integer", "decimal", "double", "boolean", "date", "instant"]

# Rows come in the order of their key; a table that is not named here in the order of all columns.
BAR = ("instrument_id", "interval", "opened_at")
KEYS: dict[str, tuple[str, ...]] = {
    "adjustment_factors": ("instrument_id", "from_date"),
    "aggregate_trades": ("instrument_id", "provider", "agg_trade_id"),
    "bar_gaps": BAR,
    "bar_versions": (*BAR, "provider", "version_number"),
    "candles": BAR,
    "completeness": ("instrument_id", "session_date"),
    "corporate_action_versions": (
        "instrument_id", "action", "ex_date", "provider", "version_number",
    ),
    "corporate_actions": ("instrument_id", "action", "ex_date", "provider"),
    "daily_aggregates": ("instrument_id", "opened_at"),
    "daily_bars": ("instrument_id", "opened_at"),
    "data_quality_scores": BAR,
    "elt_job_log": ("run_id", "step_number"),
    "filled_bars": BAR,
    "instruments": ("instrument_id",),
    "intraday_bars": BAR,
    "landing_files": ("file_seq",),
    "latest_prices": ("instrument_id",),
    "market_breadth": ("date",),
    "market_summary": ("date",),
    "quarantined_rows": ("file_seq", "row_number", "table_name"),
    "quotes": ("instrument_id", "provider", "observed_at"),
    "requests": ("request_id",),
    "restatements": (*BAR, "provider", "version_number", "field"),
    "source_agreement": BAR,
    "stock_data": ("instrument_id", "date"),
    "symbol_states": ("instrument_id", "provider", "observed_at"),
    "technical_indicators": ("instrument_id", "opened_at"),
    "technical_indicators_intraday": BAR,
    "tickers": ("instrument_id", "provider", "observed_at"),
    "trades": ("instrument_id", "provider", "trade_id"),
    "trading_sessions": ("calendar", "session_date"),
}  # fmt: skip
DEFAULT = (
    "instruments", "daily_bars", "technical_indicators", "corporate_actions", "latest_prices",
    "market_breadth", "market_summary", "restatements", "bar_gaps", "data_quality_log",
)  # fmt: skip
AS_OF = {
    "daily_bars": "(select * exclude (interval) from bars_as_of({0}) where interval = '1d')",
    "intraday_bars": "(select * from bars_as_of({0}) where interval <> '1d')",
    "technical_indicators": "indicators_as_of({0})",
    "instruments": "universe_as_of({0})",
}
# The first of these that a table has is the moment that its rows are about.
TIMES = (
    "opened_at", "traded_at", "priced_at", "quoted_at", "observed_at", "requested_at",
    "started_at", "accepted_at", "opens_at", "session_date", "date", "ex_date",
)  # fmt: skip
DAYS = ("session_date", "date", "ex_date")


@dataclass(frozen=True)
class Column:
    """A column as DuckDB declares it, and which of a few kinds of values it holds."""

    name: str
    declared: str
    kind: Kind

    @property
    def precision(self) -> int:
        return self._numbers()[0]

    @property
    def scale(self) -> int:
        return self._numbers()[1]

    def _numbers(self) -> tuple[int, int]:
        """Of a decimal, which is declared as DECIMAL(precision,scale)."""
        precision, scale = self.declared.removeprefix("DECIMAL(").rstrip(")").split(",")
        return int(precision), int(scale)


@dataclass(frozen=True)
class Shape:
    """A table as its rows leave the published copy."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def key(self) -> tuple[str, ...]:
        """Empty where nobody said what makes a row the only one of its kind."""
        return KEYS.get(self.name, ())

    @property
    def order(self) -> tuple[str, ...]:
        return self.key or tuple(self.names)

    @property
    def time(self) -> Column | None:
        return self._first(TIMES)

    @property
    def day(self) -> Column | None:
        return self._first(DAYS) or self.time

    def _first(self, names: Sequence[str]) -> Column | None:
        held = {column.name: column for column in self.columns}
        return next((held[name] for name in names if name in held), None)


def kind_of(declared: str) -> Kind:
    """Lists, structs and whatever else there is are shown as text."""
    if declared.startswith("DECIMAL") or declared == "HUGEINT":
        return "decimal"
    if declared.startswith("TIMESTAMP"):
        return "instant"
    if declared.lstrip("U") in ("TINYINT", "SMALLINT", "INTEGER", "BIGINT"):
        return "integer"
    named: dict[str, Kind] = {
        "DOUBLE": "double", "FLOAT": "double", "BOOLEAN": "boolean", "DATE": "date",
    }  # fmt: skip
    return named.get(declared, "text")


def held(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Tables and views that readers are meant to find."""
    found = connection.execute(
        "select table_name from information_schema.tables where table_schema = 'main'"
        " order by table_name"
    ).fetchall()
    return [name for (name,) in found]


def chosen(
    connection: duckdb.DuckDBPyConnection, names: Sequence[str], is_as_of: bool
) -> list[str]:
    """The tables that are meant, each once, in the order in which they were named."""
    there = held(connection)
    if not names:
        return [name for name in DEFAULT if name in there and (name in AS_OF or not is_as_of)]
    if unknown := [name for name in names if name not in there]:
        raise UsageError(
            f"no such table: {', '.join(unknown)}{meant(unknown[0], there)}",
            '`tapehouse sql "show tables"` lists what there is',
        )
    if is_as_of and (without := [name for name in names if name not in AS_OF]):
        raise UsageError(
            f"no as-of form of {', '.join(without)}",
            f"as of an instant there are: {', '.join(sorted(AS_OF))}",
        )
    return list(dict.fromkeys(names))


def meant(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word.lower(), list(known), n=3, cutoff=0.6) or get_close_matches(
        word.upper(), list(known), n=3, cutoff=0.6
    )
    return f"; did you mean {' or '.join(close)}?" if close else ""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
