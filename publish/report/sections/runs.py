"""The runs that brought the figures: when each landed what, and how its steps ended."""

from __future__ import annotations

from publish.report.document import Column, Row, Table
from publish.report.queries import Copy

COLUMNS = (
    Column("Run", "count"),
    Column("Landed from (UTC)", "instant"),
    Column("to (UTC)", "instant"),
    Column("Requests", "count"),
    Column("Failed", "count", "Neither ok nor empty"),
    Column("Landing files", "count"),
    Column("Their numbers"),
    Column("Rows", "count"),
    Column("Steps"),
)


def table(copy: Copy, named: set[int]) -> Table:
    rows = [
        Row(
            (
                one["run_id"],
                one["first_at"],
                one["last_at"],
                one["request_count"] or 0,
                one["failed_count"] or 0,
                one["file_count"] or 0,
                f"{one['first_file']} to {one['last_file']}" if one["file_count"] else "",
                one["row_count"] or 0,
                one["steps"] or "not landed yet",
            )
        )
        for one in copy.rows("runs")
        if one["run_id"] in named
    ]
    return Table(
        "runs",
        "Runs",
        COLUMNS,
        rows,
        "No figure of this report came with a run.",
        limit=len(rows),
    )
