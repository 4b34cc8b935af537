"""A build leaves alone the views and seeds that stand, and only those."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from warehouse import dbt_runner, logs, standing
from warehouse.errors import BadDataError
from warehouse.folder import DataFolder
from warehouse.settings import LogSection

TARGET = "dev"


@pytest.fixture
def built(demo: DataFolder, tmp_path: Path) -> DataFolder:
    copy = DataFolder(tmp_path / "data")
    copy.prepare("sandbox")
    shutil.copy(demo.warehouse, copy.warehouse)
    return copy


def _run(folder: DataFolder, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder.warehouse)) as connection:
        return connection.execute(statement).fetchall()


def _stands(folder: DataFolder, target: str = TARGET) -> bool:
    manifest = dbt_runner.manifest_of(folder, TARGET)
    return standing.stands(folder, manifest, standing.fingerprint(manifest, target))


def test_views_and_seeds_that_stand_are_left_alone_and_tested_all_the_same(
    built: DataFolder,
) -> None:
    nodes = dbt_runner.manifest_of(built, TARGET).nodes.values()
    tests = [node for node in nodes if node.resource_type == "test"]
    tables = [
        node
        for node in nodes
        if node.resource_type == "model" and node.config.materialized != "view"
    ]
    assert _stands(built)

    done = dbt_runner.build(built, TARGET)

    hooks = done.models - len(tables)
    assert 0 <= hooks <= 3
    assert done.tests == len(tests)
    assert _stands(built)


def test_nothing_stands_that_is_gone_or_of_another_project_or_made_by_hand(
    built: DataFolder,
) -> None:
    assert not _stands(built, "another target")
    [(view,)] = _run(built, "select sql from duckdb_views() where view_name = 'int_prices_newest'")
    _run(built, "drop view intermediate.int_prices_newest")
    assert not _stands(built)
    _run(built, view)
    assert _stands(built)

    # What a person builds may be of files that were edited and put back since.
    dbt_runner.invoke(built, TARGET, ["run", "--select", "int_prices_newest"])

    assert not _stands(built)


def test_a_build_that_failed_leaves_no_mark(built: DataFolder) -> None:
    _run(
        built, "delete from bar_versions where file_seq = (select max(file_seq) from bar_versions)"
    )
    logs.configure(built.logs, LogSection())
    broken = "landed_bars_are_versions_or_quarantined"

    with pytest.raises(BadDataError, match=f"the build failed.*{broken}"):
        dbt_runner.build(built, TARGET)

    assert not _stands(built)
    assert broken in (built.logs / "errors.log").read_text(encoding="utf-8")
