"""The steps that runs have journalled, landed so that `elt_job_log` can be rebuilt too."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from extract.landing import Landing
from extract.schemas import arrow_schema
from warehouse import database, runs

LOOK_BACK = 50


def land_steps(landing: Landing, run_id: int) -> int:
    """Land the finished steps that the warehouse does not hold; call it right after a load."""
    with database.connect(landing.folder.warehouse) as connection:
        held = _held(connection)
    newest = max(held, default=0)
    found = [
        {name: value for name, value in vars(step).items()}
        for number in runs.run_ids(landing.folder)
        if number >= newest - LOOK_BACK
        for step in runs.steps(landing.folder, number)
        if step.outcome is not None and step.step_number not in held.get(number, set())
    ]
    if not found:
        return 0
    schema = arrow_schema("steps", landed=False)
    landing.accept(run_id, [("steps", pa.Table.from_pylist(found, schema=schema))])
    return len(found)


def _held(connection: duckdb.DuckDBPyConnection) -> dict[int, set[int]]:
    held: dict[int, set[int]] = {}
    for run_id, step_number in connection.execute(
        "select run_id, step_number from raw.steps "
        f"where run_id >= (select coalesce(max(run_id), 0) - {LOOK_BACK} from raw.steps)"
    ).fetchall():
        held.setdefault(run_id, set()).add(step_number)
    return held
