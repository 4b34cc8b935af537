"""Questions to the published copy: each a file of SQL, about one week."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb

from publish.report.document import Known
from publish.report.week import Week
from publish.trace.tree import literal, rows
from warehouse.errors import TapehouseError

Found = dict[str, Any]
SQL = Path(__file__).with_name("sql")


class Copy:
    """One published copy, asked about one week."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, week: Week) -> None:
        self.connection = connection
        self.week = week

    def rows(self, name: str, **more: int | date) -> list[Found]:
        """The answer to `sql/<name>.sql`."""
        return self.ask(text_of(name), **more)

    def ask(self, query: str, **more: int | date) -> list[Found]:
        return asked(self.connection, query, {**vars(self.week), **more})

    def first(self, name: str) -> Found:
        return self.rows(name)[0]

    @cached_property
    def instruments(self) -> list[Found]:
        """Instruments with a bar in the week, by asset class and symbol."""
        return self.rows("instruments_in_week")

    @cached_property
    def runs_of_bars(self) -> dict[tuple[int, date], int]:
        """Which run brought the daily bar that is shown."""
        return {
            (row["instrument_id"], row["session_date"]): row["run_id"]
            for row in self.rows("runs_of_bars")
            if row["run_id"] is not None
        }

    @cached_property
    def indicators(self) -> dict[str, str]:
        """Columns of technical_indicators, with what the copy says of each."""
        return dict(
            self.connection.execute(
                "select column_name, coalesce(comment, '') from duckdb_columns() "
                "where table_name = 'technical_indicators' and schema_name = 'main' "
                "order by column_index"
            ).fetchall()
        )

    @cached_property
    def known(self) -> Known:
        row = self.first("newest_file")
        return Known(row["file_seq"] or 0, row["accepted_at"])


@cache
def text_of(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def asked(
    connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, int | date]
) -> list[Found]:
    """Values stand in the text: for bound ones DuckDB imports pandas (see publish.trace.tree)."""
    for name, value in values.items():
        query = query.replace(f"${name}", literal(value))
    try:
        return rows(connection, query)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise TapehouseError(
            f"the published copy lacks what a report is made of: {str(error).splitlines()[0]}",
            "an older release published it: run `tapehouse build` and `tapehouse publish`",
        ) from error


def newest_session(connection: duckdb.DuckDBPyConnection) -> date | None:
    """Of a market that closes at weekends, so that a Saturday's report is of the week before it."""
    found: date | None = asked(connection, text_of("newest_session"), {})[0]["session_date"]
    return found


def explain(symbol: str, when: date, field: str, *more: str) -> str:
    """The command that walks a figure back to the answer of its provider."""
    at = f"{when:%Y-%m-%d %H:%M:%S}" if isinstance(when, datetime) else f"{when}"
    return shlex.join(["tapehouse", "explain", symbol, at, field, *more])
