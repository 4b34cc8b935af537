"""Schema versions of the warehouse: newer is refused, older is brought forward step by step."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from extract.landing import SCHEMA_VERSION
from warehouse.errors import ConfigurationError

# Version -> the statements that lead to it from the version before. New columns need none:
# they are added from the declaration. Each version is one transaction, so a killed migration
# is simply done again.
STEPS: Mapping[int, tuple[str, ...]] = {}


def version(connection: duckdb.DuckDBPyConnection) -> int | None:
    """None for a warehouse that was never prepared."""
    found = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'raw' and table_name = 'schema_version'"
    ).fetchone()
    if not found or not found[0]:
        return None
    row = connection.execute("select max(version) from raw.schema_version").fetchone()
    return int(row[0]) if row and row[0] is not None else None


def migrate(
    connection: duckdb.DuckDBPyConnection,
    steps: Mapping[int, tuple[str, ...]] = STEPS,
    target: int = SCHEMA_VERSION,
) -> None:
    connection.execute("create schema if not exists raw")
    connection.execute("create table if not exists raw.schema_version (version integer)")
    held = version(connection)
    if held is None:
        connection.execute("insert into raw.schema_version values (?)", [target])
        return
    if held > target:
        raise ConfigurationError(
            f"the warehouse was written by a newer Tapehouse (schema {held}, not {target})",
            "upgrade Tapehouse, or `tapehouse rebuild` into a folder of this release",
        )
    for number in range(held + 1, target + 1):
        connection.execute("begin")
        for statement in steps.get(number, ()):
            connection.execute(statement)
        connection.execute("update raw.schema_version set version = ?", [number])
        connection.execute("commit")
