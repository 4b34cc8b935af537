"""Other rules are tried on a copy first, and nobody's data move until they are asked to."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from never_loaded import begin
from own_project import OwnProject

from flows import healing
from flows.remaking.scratch import scratch_folder, sweep
from publish import open_market
from warehouse import clock
from warehouse.folder import DataFolder

DROPPED = """symbol,date,open,high,low,close,volume
ACME,2026-03-03,10.00,10.50,9.90,10.40,1000
ACME,2026-03-04,10.00,9.99,9.90,10.00,700
"""
TOLERANCE = "price_relation_tolerance: 0.000001"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> OwnProject:
    return OwnProject(tmp_path_factory.mktemp("project") / "own")


@pytest.fixture(scope="module")
def dropped(project: OwnProject, tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A published warehouse of two dropped bars, one of which contradicts itself."""
    folder = DataFolder(tmp_path_factory.mktemp("dropped") / "data")
    folder.prepare("sandbox")
    begin(folder)
    (folder.inbox / "acme.csv").write_text(DROPPED, encoding="utf-8")
    ran = project.tapehouse(folder.root, "run", "--provider", "file_drop")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def acme_dates(folder: DataFolder) -> set[str]:
    with open_market(folder.market).connection as connection:
        found = connection.execute(
            "select session_date::varchar from daily_bars where symbol = 'ACME'"
        ).fetchall()
    return {date for (date,) in found}


def test_a_replay_that_was_killed_leaves_nothing_that_healing_does_not_remove(
    dropped: DataFolder, project: OwnProject
) -> None:
    copy = dropped.state / "scratch" / "warehouse.duckdb"
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "quarantine", "replay"],
        cwd=project.root,
        env=project.environment(dropped.root),
    )
    try:
        until = clock.monotonic() + 60
        while not copy.exists() and child.poll() is None and clock.monotonic() < until:
            clock.sleep(0.05)
        assert copy.exists()
    finally:
        child.kill()
        child.wait()
    assert "removed the copy that a killed replay had left" in healing.heal(dropped)
    assert not copy.parent.exists()


def test_a_loosened_rule_releases_rows_and_readers_see_it_only_when_published(
    dropped: DataFolder, project: OwnProject
) -> None:
    folder = dropped
    project.change("dbt_project.yml", TOLERANCE, "price_relation_tolerance: 0.005")
    before = digest(folder.warehouse), folder.market.resolve(), acme_dates(folder)
    tried = project.tapehouse(folder.root, "quarantine", "replay", "--json")
    assert tried.returncode == 1, tried.stderr
    told = json.loads(tried.stdout)
    assert [(one["name"], one["old"], one["new"]) for one in told["rules"]] == [
        ("price_relation_tolerance", "1e-06", "0.005")
    ]
    assert [(row["rule"], row["found"]) for row in told["released"]] == [("price_relations", 1)]
    assert told["set_aside"] == []
    assert [(row["table_name"], row["change"], row["found"]) for row in told["bars"]] == [
        ("daily_bars", "added", 1)
    ]
    assert [row for row in told["findings"] if row["rule"] == "price_relations"] == [
        {"rule": "price_relations", "before": 1, "after": 0}
    ]
    assert (digest(folder.warehouse), folder.market.resolve(), acme_dates(folder)) == before
    assert not (folder.state / "scratch").exists()

    published = project.tapehouse(folder.root, "quarantine", "replay", "--publish")
    assert published.returncode == 0, published.stdout + published.stderr
    assert (before[2], acme_dates(folder)) == ({"2026-03-03"}, {"2026-03-03", "2026-03-04"})
    again = project.tapehouse(folder.root, "quarantine", "replay")
    assert again.returncode == 0, again.stdout
    assert "nothing would change" in again.stdout


def test_healing_leaves_a_copy_alone_that_is_in_use(folder: DataFolder) -> None:
    with scratch_folder(folder) as scratch:
        assert not sweep(folder)
        assert scratch.root.exists()
    assert not scratch.root.exists()
