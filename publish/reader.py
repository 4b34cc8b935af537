"""Opening the published copy: read-only, and unable to reach anything outside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from warehouse import settings
from warehouse.errors import TapehouseError

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


def open_market(market: Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open the newest published copy; it stays as it is for as long as it is open."""
    return connect(market)
