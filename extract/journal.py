"""What runs have journalled, landed so that `elt_job_log` and its nodes can be rebuilt too."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa

from extract.landing import Landing
from extract.schemas import arrow_schema
from warehouse import database, runs

LOOK_BACK = 50
# What runs land whether or not anything was asked.
TABLES = frozenset({"steps", "nodes"})


def land(landing: Landing, run_id: int) -> int:
    """Land the finished steps that the warehouse does not hold; call it right after a load."""
    with database.connect(landing.folder.warehouse) as connection:
        held = _held(connection)
    newest = max(held, default=0)
    steps: list[dict[str, Any]] = []
    nodes: list[dict[str, Any]] = []
    for number in runs.run_ids(landing.folder):
        if number < newest - LOOK_BACK:
            continue
        new = [
            step
            for step in runs.steps(landing.folder, number)
            if step.outcome is not None and step.step_number not in held.get(number, set())
        ]
        steps += [dict(vars(step)) for step in new]
        # The nodes of a build come with its step, so that neither is landed twice.
        of_builds = {step.step_number for step in new if step.step == "build"}
        if of_builds:
            every = runs.nodes(landing.folder, number)
            nodes += [node for node in every if node["step_number"] in of_builds]
    found = [("steps", steps), ("nodes", nodes)]
    landing.accept(
        run_id,
        [
            (name, pa.Table.from_pylist(rows, schema=arrow_schema(name, landed=False)))
            for name, rows in found
        ],
    )
    return len(steps)


def _held(connection: duckdb.DuckDBPyConnection) -> dict[int, set[int]]:
    held: dict[int, set[int]] = {}
    for run_id, step_number in connection.execute(
        "select run_id, step_number from raw.steps "
        f"where run_id >= (select coalesce(max(run_id), 0) - {LOOK_BACK} from raw.steps)"
    ).fetchall():
        held.setdefault(run_id, set()).add(step_number)
    return held
