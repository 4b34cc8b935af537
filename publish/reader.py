"""Opening the published copy: read-only, and unable to reach anything outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from publish import questions
from publish.frames import Decimals, Frame, Shape, Table, shaped
from publish.questions import Question, Symbols, Time
from warehouse import settings
from warehouse.errors import TapehouseError, UsageError

CLOSED = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",
}


def connect(
    market: Path | None = None, limits: Mapping[str, str] | None = None
) -> duckdb.DuckDBPyConnection:
    """A plain DuckDB connection to the newest published copy, closed to everything else."""
    path = market or settings.load().folder.market
    if not path.exists():
        raise TapehouseError(
            f"nothing is published yet: {path} does not exist",
            "run `tapehouse run`, or `make demo` to see it with made-up data",
        )
    # The copy's own name, not the link's: DuckDB keeps one instance for each path it is given.
    config: dict[str, Any] = dict(limits or CLOSED)
    connection = duckdb.connect(str(path.resolve()), read_only=True, config=config)
    if limits and not _is_locked(connection):
        # After the limits: nothing that names a folder can be set any more once it is closed.
        for name, value in CLOSED.items():
            connection.execute(f"set {name} = {value}")
    if not _is_locked(connection):
        connection.execute("set global TimeZone = 'UTC'")
        connection.execute("set lock_configuration = true")
    return connection


def _is_locked(connection: duckdb.DuckDBPyConnection) -> bool:
    """This process has the copy open already, and both connections are of one instance."""
    row = connection.execute("select current_setting('lock_configuration')").fetchone()
    return bool(row and row[0])


def open_market(
    market: Path | None = None,
    limits: Mapping[str, str] | None = None,
    *,
    frame: Frame = "pandas",
    decimals: Decimals = "float64",
) -> Market:
    """Open the newest published copy; it stays as it is for as long as it is open.

    `frame` and `decimals` are what answers are handed over as: pandas, polars or arrow, with
    prices as doubles or as the decimals that are stored.
    """
    shape = Shape(frame, decimals)
    return Market(connect(market, limits), shape)


class Market:
    """The published market: questions that are asked often as methods, all others as SQL."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, shape: Shape | None = None) -> None:
        self.connection = connection
        self.shape = shape or Shape()

    def __enter__(self) -> Market:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def execute(self, query: str, parameters: Any = None) -> duckdb.DuckDBPyConnection:
        """As DuckDB's own: `.fetchall()` follows."""
        return self.connection.execute(query, parameters)

    def sql(
        self,
        query: str,
        parameters: Sequence[Any] | Mapping[str, Any] | None = None,
        *,
        frame: Frame | None = None,
    ) -> Table:
        """Any SQL, of several statements the answer to the last; `?` and `$name` are parameters."""
        shape = Shape(frame, self.shape.decimals) if frame else self.shape
        try:
            result: Any = self.connection.execute(query, parameters)
            return shaped(result.to_arrow_table(), shape)
        except duckdb.Error as error:
            lists = '`.sql("show tables")` lists what there is'
            raise UsageError(str(error).strip(), lists) from None

    def bars(
        self,
        symbols: Symbols = None,
        interval: str = "1d",
        start: Time = None,
        end: Time = None,
        *,
        as_of: Time = None,
        frame: Frame | None = None,
    ) -> Table:
        """Bars of one interval, `close` and its kin split-adjusted, beside them as traded."""
        asked = questions.bars(interval, as_of)
        return self._answer(asked.between(start, end, "session_date", "opened_at"), symbols, frame)

    def indicators(
        self,
        symbols: Symbols = None,
        interval: str = "1d",
        start: Time = None,
        end: Time = None,
        *,
        as_of: Time = None,
        frame: Frame | None = None,
    ) -> Table:
        """All technical indicators; of shorter bars those of the interval that is built."""
        asked = questions.indicators(self.connection, interval, as_of)
        return self._answer(asked.between(start, end, "date", "opened_at"), symbols, frame)

    def actions(
        self,
        symbols: Symbols = None,
        start: Time = None,
        end: Time = None,
        *,
        frame: Frame | None = None,
    ) -> Table:
        """Splits and dividends by their ex-date."""
        asked = Question(questions.ACTIONS, "symbol, ex_date, action, provider")
        return self._answer(asked.between(start, end, "ex_date"), symbols, frame)

    def quotes(
        self,
        symbols: Symbols = None,
        start: Time = None,
        end: Time = None,
        *,
        frame: Frame | None = None,
    ) -> Table:
        """Snapshots of prices and sizes; a day is one in UTC."""
        asked = Question("quotes", "symbol, quoted_at, provider, observed_at")
        day = "cast(quoted_at as date)"
        return self._answer(asked.between(start, end, day, "quoted_at"), symbols, frame)

    def gaps(
        self,
        symbols: Symbols = None,
        interval: str | None = None,
        start: Time = None,
        end: Time = None,
        *,
        frame: Frame | None = None,
    ) -> Table:
        """Bars that are expected and not held, or healed since, with state and reason."""
        asked = Question("bar_gaps", "symbol, interval, opened_at").at_interval(interval)
        return self._answer(asked.between(start, end, "session_date", "opened_at"), symbols, frame)

    def restatements(
        self,
        symbols: Symbols = None,
        interval: str | None = None,
        start: Time = None,
        end: Time = None,
        *,
        frame: Frame | None = None,
    ) -> Table:
        """Fields of bars that a provider changed, with the old value and the new one."""
        order = "symbol, interval, opened_at, provider, version_number, field"
        asked = Question("restatements", order).at_interval(interval)
        return self._answer(asked.between(start, end, "session_date", "opened_at"), symbols, frame)

    def instruments(
        self, symbols: Symbols = None, *, as_of: Time = None, frame: Frame | None = None
    ) -> Table:
        """What is followed, or was known by an instant."""
        named = f"universe_as_of({questions.instant_of(as_of)})" if as_of else "instruments"
        return self._answer(Question(named, "symbol, instrument_id"), symbols, frame)

    def runs(self, start: Time = None, end: Time = None, *, frame: Frame | None = None) -> Table:
        """The steps of all runs: when, how many rows, how they ended."""
        asked = Question("elt_job_log", "run_id, step_number")
        day = "cast(started_at as date)"
        return self._answer(asked.between(start, end, day, "started_at"), None, frame)

    def _answer(self, asked: Question, symbols: Symbols, frame: Frame | None) -> Table:
        return self.sql(asked.of(self.connection, symbols).sql, frame=frame)
