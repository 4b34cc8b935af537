"""Plain `dbt build` is a writer like any other: it locks, builds, and publishes what passed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from publish import open_market
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path
from warehouse.settings import PROJECT

DBT = Path(sys.executable).parent / "dbt"


@pytest.fixture
def dbt_environment(folder: DataFolder, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "TAPEHOUSE_DATA_DIR": str(folder.root),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }


def dbt(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(DBT), *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


def unit_tests() -> list[str]:
    """All that the models' files declare."""
    return [
        test["name"]
        for path in (PROJECT / "dbt_project").rglob("*.yml")
        for test in yaml.safe_load(path.read_text()).get("unit_tests") or []
    ]


def test_dbt_build_without_flags_passes_on_a_never_loaded_warehouse_and_publishes(
    folder: DataFolder, dbt_environment: dict[str, str]
) -> None:
    done = dbt(dbt_environment, "build")
    assert done.returncode == 0, done.stdout[-3000:]
    assert "published market-000001.duckdb" in done.stderr
    written = Path(dbt_environment["DBT_TARGET_PATH"]) / "run_results.json"
    passed = [
        result["unique_id"].rpartition(".")[2]
        for result in json.loads(written.read_text())["results"]
        if result["unique_id"].startswith("unit_test.") and result["status"] == "pass"
    ]
    assert sorted(passed) == sorted(unit_tests())
    with open_market(folder.market).connection as connection:
        assert connection.execute("select count(*) from technical_indicators").fetchone() == (0,)
        assert connection.execute("select count(*) > 20 from instruments").fetchone() == (True,)


def test_dbt_build_says_who_writes_already(
    folder: DataFolder, dbt_environment: dict[str, str]
) -> None:
    with FileLock(writer_lock_path(folder.root), "the evening load").held():
        done = dbt(dbt_environment, "build", "--select", "providers")
    assert done.returncode != 0
    assert "the evening load" in done.stdout + done.stderr
    assert not folder.market.exists()


def test_a_build_that_fails_is_not_published(
    folder: DataFolder, dbt_environment: dict[str, str]
) -> None:
    assert dbt(dbt_environment, "build", "--select", "stg_yahoo__quotes").returncode == 0
    before = sorted(folder.published.iterdir())
    broken = dbt(dbt_environment, "build", "--vars", "{price_limit: 'no number'}")
    assert broken.returncode != 0
    assert sorted(folder.published.iterdir()) == before
