"""From a row to where it came from: raw row, landing file, request, run."""

from __future__ import annotations

from typing import Any

import duckdb

from publish.trace.tree import Node, Row, listed, rows, told

KEYS = ("file_seq", "row_number", "request_id")


def source_of(connection: duckdb.DuckDBPyConnection, row: Row) -> Node | None:
    """The raw row that made a row, with its whole way back to the run."""
    files = rows(connection, "select * from landing_files where file_seq = ?", [row["file_seq"]])
    if not files:
        return None
    file = files[0]
    found = rows(
        connection,
        f'select * from raw."{file["table_name"]}" where file_seq = ? and row_number = ?',
        [row["file_seq"], row["row_number"]],
    )
    given = found[0] if found else {}
    return Node(
        "raw",
        f"raw.{file['table_name']}, as the provider gave it: {listed(given, *KEYS)}",
        given,
        [_file(connection, file, row)],
    )


def _file(connection: duckdb.DuckDBPyConnection, file: Row, row: Row) -> Node:
    text = (
        f"landing file {file['file_seq']}, row {row['row_number']} of {file['row_count']:,}: "
        f"landing/{file['path']}, sha256 {file['sha256']}, accepted {told(file['accepted_at'])}"
    )
    request = row.get("request_id")
    asked = _request(connection, request) if request is not None else None
    return Node("file", text, file, [asked or _run(connection, file["run_id"])])


def _request(connection: duckdb.DuckDBPyConnection, request_id: Any) -> Node | None:
    # The raw table, not the mart's view: its join would cost most of the walk.
    found = rows(connection, "select * from raw.requests where request_id = ?", [request_id])
    if not found:
        return None
    request = found[0]
    status = "" if request["status"] is None else f", status {request['status']}"
    text = (
        f"request {request_id} at {told(request['requested_at'])}: {request['outcome']}{status}, "
        f"{request['row_count']:,} rows, attempt {request['attempt']}, asked because: "
        f"{request['reason']}; {request['url']}"
    )
    return Node("request", text, request, [_run(connection, request["run_id"])])


def _run(connection: duckdb.DuckDBPyConnection, run_id: int) -> Node:
    steps = rows(
        connection, "select * from elt_job_log where run_id = ? order by step_number", [run_id]
    )
    done = ", ".join(f"{step['step']} {step['outcome']}" for step in steps)
    text = f"run {run_id}: {done or 'its steps come with the next load'}"
    return Node("run", text, {"run_id": run_id, "steps": [step["step"] for step in steps]})
