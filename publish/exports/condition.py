"""A person's `--where`: one condition, parsed by DuckDB itself, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from warehouse.errors import UsageError

EXAMPLE = "write a condition on columns: --where \"close > 100 and provider = 'yahoo'\""
BEFORE = "select 1 from rows_asked where "
AFTER = "SELECT 1 FROM rows_asked WHERE "
# Everything else that a statement could have; a condition leaves all of it empty.
BARE = ("modifiers", "group_expressions", "group_sets", "having", "sample", "qualify")
REFUSED = {
    "SUBQUERY": "a question within the condition",
    "PARAMETER": "a parameter",
    "WINDOW": "a window",
    "STAR": "all columns at once",
    "DEFAULT": "a default",
}
# They tell of the machine or the moment; the parser takes some of them for names of columns.
OF_THE_MOMENT = {
    "current_date", "current_time", "current_timestamp", "localtime", "localtimestamp",
    "current_user", "session_user", "user", "current_catalog", "current_role", "current_setting",
    "getvariable", "getenv", "version",
}  # fmt: skip


def parsed(text: str) -> str:
    """The condition as DuckDB writes it: comments are gone, brackets are closed."""
    with duckdb.connect() as connection:
        row = connection.execute("select json_serialize_sql(?)", [BEFORE + text]).fetchone()
        told: dict[str, Any] = json.loads(row[0] if row else "{}")
        if told.get("error", True):
            raise _refused(str(told.get("error_message", "it cannot be read")))
        _check(told["statements"], _unstable(connection))
        written = connection.execute("select json_deserialize_sql(?)", [json.dumps(told)])
        canonical = str((written.fetchone() or ("",))[0])
    if not canonical.startswith(AFTER):
        raise _refused("it is more than a condition")
    return canonical.removeprefix(AFTER)


def _check(statements: list[dict[str, Any]], unstable: set[str]) -> None:
    node = statements[0]["node"]
    is_plain = (
        len(statements) == 1
        and node["type"] == "SELECT_NODE"
        and node["from_table"].get("table_name") == "rows_asked"
        and not node["cte_map"]["map"]
        and not any(node[name] for name in BARE)
    )
    if not is_plain:
        raise _refused("it is more than a condition")
    for part in _parts(node["where_clause"]):
        if found := REFUSED.get(part.get("class", "")):
            raise _refused(f"it holds {found}")
        names = {str(name).lower() for name in part.get("column_names", [])}
        names.add(str(part.get("function_name", "")).lower())
        if found := ", ".join(sorted(names & unstable)):
            raise _refused(f"{found} differs each time it is asked; write the value itself")


def _parts(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from _parts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _parts(inner)


def _unstable(connection: duckdb.DuckDBPyConnection) -> set[str]:
    found = connection.execute(
        "select distinct lower(function_name) from duckdb_functions()"
        " where stability <> 'CONSISTENT'"
    ).fetchall()
    return OF_THE_MOMENT | {name for (name,) in found}


def _refused(why: str) -> UsageError:
    return UsageError(f"--where is no condition: {' '.join(why.split())[:200]}", EXAMPLE)
