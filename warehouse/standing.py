"""Views and seeds that stand in the warehouse as the project has them now need no build.

They are most of what a build would make, and nothing but the project's files decides them.
dbt itself would make them anew each time.
"""

from __future__ import annotations

import hashlib
from typing import Any

import duckdb

from warehouse.database import connect
from warehouse.folder import DataFolder

# Every dbt command wipes the mark as it begins (macro create_build_marks); a whole build that
# passed sets it again. So what a person built by hand in between is never taken for ours.
MARK = "intermediate.standing_mark"
LEFT_OUT = (
    "--indirect-selection",
    "empty",
    "--exclude",
    "config.materialized:view",
    "resource_type:seed",
)


def fingerprint(manifest: Any, target: str) -> str:
    """Of all that could change a view or a seed."""
    state = manifest.state_check
    files = sorted((name, one.checksum.checksum) for name, one in manifest.files.items())
    projects = sorted((name, one.checksum) for name, one in state.project_hashes.items())
    told = repr((target, manifest.metadata.dbt_version, duckdb.__version__, files, projects))
    return hashlib.sha256(told.encode()).hexdigest()


def stands(folder: DataFolder, manifest: Any, fingerprint: str) -> bool:
    """Whether the warehouse holds every view and seed just as this project makes them."""
    if not folder.warehouse.exists():
        return False
    wanted = {
        f"{node.schema}.{node.alias}"
        for node in manifest.nodes.values()
        if node.resource_type == "seed"
        or (node.resource_type == "model" and node.config.materialized == "view")
    }
    with connect(folder.warehouse) as connection:
        held = {
            name
            for (name,) in connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables"
            ).fetchall()
        }
        if MARK not in held or not wanted <= held:
            return False
        return connection.execute(f"select project_hash from {MARK}").fetchall() == [(fingerprint,)]


def mark(folder: DataFolder, fingerprint: str) -> None:
    with connect(folder.warehouse) as connection:
        connection.execute(f"insert into {MARK} values (?)", [fingerprint])
