"""From the state after one run to the state after another, in the order of what became known."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from publish.trace.tree import Row, rows
from warehouse.errors import UsageError

# The journal of a run's steps is no news of any market.
RUNS = """
select run_id, max(file_seq) as last_file_seq
from landing_files group by run_id having count(*) filter (table_name not in ('steps', 'nodes')) > 0
order by last_file_seq
"""


@dataclass(frozen=True)
class Span:
    """What was accepted after the last file of one run, up to the last file of the other.

    Runs may land side by side, so a third run's files may lie between.
    """

    run_a: int
    run_b: int
    after: int
    until: int

    def within(self, column: str) -> str:
        """The condition on a file_seq or known_seq."""
        return f"{column} > {self.after} and {column} <= {self.until}"


def span_of(
    connection: duckdb.DuckDBPyConnection, run_a: int | None = None, run_b: int | None = None
) -> Span:
    """Without numbers the last two runs that landed something; with one, that run and the last."""
    found = {row["run_id"]: row for row in rows(connection, RUNS)}
    if len(found) < 2:
        raise UsageError("there are no two runs that landed anything", "`tapehouse run` once more")
    newest = list(found)
    asked = [run_a or newest[-2], run_b or newest[-1]]
    unknown = [str(number) for number in asked if number not in found]
    if unknown:
        raise UsageError(
            f"run {', '.join(unknown)} landed nothing that this copy holds",
            f"runs that did: {', '.join(str(number) for number in newest[-10:])}",
        )
    first, last = sorted((found[number] for number in asked), key=_landed)
    return Span(first["run_id"], last["run_id"], _landed(first), _landed(last))


def _landed(row: Row) -> int:
    return int(row["last_file_seq"])
