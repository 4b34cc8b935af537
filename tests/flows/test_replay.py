"""Other rules are tried on a copy first, and nobody's data move until they are asked to."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from own_project import OwnProject

from flows import healing
from flows.scratch import scratch_folder, sweep
from publish import open_market
from warehouse import clock
from warehouse.folder import DataFolder

BAD = "symbol,date,open,high,low,close,volume\nACME,2026-03-04,10.00,9.99,9.90,10.00,700\n"
TOLERANCE = "price_relation_tolerance: 0.000001"


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def acme_dates(folder: DataFolder) -> set[str]:
    with open_market(folder.market) as connection:
        found = connection.execute(
            "select session_date::varchar from daily_bars where symbol = 'ACME'"
        ).fetchall()
    return {date for (date,) in found}


def test_a_loosened_rule_releases_rows_and_readers_see_it_only_when_published(
    demo: DataFolder, tmp_path: Path
) -> None:
    folder = DataFolder(tmp_path / "data")
    shutil.copytree(demo.root, folder.root, symlinks=True)
    project = OwnProject(tmp_path / "project")
    (folder.inbox / "late.csv").write_text(BAD, encoding="utf-8")
    ran = project.tapehouse(folder.root, "run", "--provider", "file_drop")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "2026-03-04" not in acme_dates(folder)

    project.change("dbt_project.yml", TOLERANCE, "price_relation_tolerance: 0.005")
    before = digest(folder.warehouse), folder.market.resolve(), acme_dates(folder)
    tried = project.tapehouse(folder.root, "quarantine", "replay", "--json")
    assert tried.returncode == 1, tried.stderr
    told = json.loads(tried.stdout[tried.stdout.index("{") :])
    assert [(one["name"], one["old"], one["new"]) for one in told["rules"]] == [
        ("price_relation_tolerance", "1e-06", "0.005")
    ]
    assert [(row["rule"], row["found"]) for row in told["released"]] == [("price_relations", 1)]
    assert told["set_aside"] == []
    assert [(row["table_name"], row["change"], row["found"]) for row in told["bars"]] == [
        ("daily_bars", "added", 1)
    ]
    assert [row for row in told["findings"] if row["rule"] == "price_relations"] == [
        {"rule": "price_relations", "before": 2, "after": 1}
    ]
    assert (digest(folder.warehouse), folder.market.resolve(), acme_dates(folder)) == before
    assert not (folder.state / "scratch").exists()

    published = project.tapehouse(folder.root, "quarantine", "replay", "--publish")
    assert published.returncode == 0, published.stdout + published.stderr
    assert acme_dates(folder) - before[2] == {"2026-03-04"}
    again = project.tapehouse(folder.root, "quarantine", "replay")
    assert again.returncode == 0, again.stdout
    assert "nothing would change" in again.stdout


def test_a_replay_that_was_killed_leaves_nothing_that_healing_does_not_remove(
    demo: DataFolder, tmp_path: Path
) -> None:
    folder = DataFolder(tmp_path / "data")
    shutil.copytree(demo.root, folder.root, symlinks=True)
    project = OwnProject(tmp_path / "project")
    copy = folder.state / "scratch" / "warehouse.duckdb"
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", "quarantine", "replay"],
        cwd=project.root,
        env=project.environment(folder.root),
    )
    try:
        until = clock.monotonic() + 60
        while not copy.exists() and child.poll() is None and clock.monotonic() < until:
            clock.sleep(0.05)
        assert copy.exists()
    finally:
        child.kill()
        child.wait()
    assert "removed the copy that a killed replay had left" in healing.heal(folder)
    assert not (folder.state / "scratch").exists()


def test_healing_leaves_a_copy_alone_that_is_in_use(folder: DataFolder) -> None:
    with scratch_folder(folder) as scratch:
        assert not sweep(folder)
        assert scratch.root.exists()
    assert not scratch.root.exists()
