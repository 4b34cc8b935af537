"""A new source made by the command: it imports, keeps the house's style and passes the suite."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys

import pytest

from cli.new_provider import check
from tests.flows.own_project import OwnProject
from warehouse.errors import UsageError
from warehouse.settings import PROJECT

MADE = ("extract/zeta_one", "sandbox/zeta_one", "tests/extract/cases/zeta_one.py")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> OwnProject:
    """A copy of the project in which the command has been run."""
    own = OwnProject(tmp_path_factory.mktemp("own"))
    shared = ("conftest.py", "command_line.py", "never_loaded.py", "extract")
    for part in ("bench", *(f"tests/{name}" for name in shared)):
        source, target = PROJECT / part, own.root / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)
    shutil.copyfile(PROJECT / "pyproject.toml", own.root / "pyproject.toml")
    shutil.copytree(PROJECT / "docs", own.root / "docs")
    done = own.tapehouse(own.root / "data", "new-provider", "zeta_one")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left to you" not in done.stdout
    assert "wrote extract/zeta_one/bars.py" in done.stdout
    return own


def ran(project: OwnProject, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=project.root,
        env=project.environment(project.root / "data"),
        capture_output=True,
        text=True,
        timeout=900,
    )


def test_the_skeleton_passes_the_suite_of_all_providers(project: OwnProject) -> None:
    done = ran(project, "pytest", "-n0", "-k", "zeta_one", "tests/extract/test_conformance.py")
    assert done.returncode == 0, done.stdout
    assert "failed" not in done.stdout
    assert done.stdout.count(".") > 20


def test_its_calls_are_kept_apart_except_at_an_exchange_of_ones_own(project: OwnProject) -> None:
    with (project.root / "extract/budgets/plans.csv").open(encoding="utf-8", newline="") as file:
        plans = [row for row in csv.DictReader(file) if row["provider"] == "zeta_one"]
    assert {row["plan"]: row["pace_seconds"] for row in plans} == {"public": "1", "sandbox": ""}
    assert all(row["note"] and None not in row for row in plans)


def test_what_was_written_is_in_the_style_of_the_house(project: OwnProject) -> None:
    touched = (*MADE, "extract/providers.py", "sandbox/dialects.py", "warehouse")
    for task in (("check",), ("format", "--check")):
        done = ran(project, "ruff", *task, *touched)
        assert done.returncode == 0, done.stdout
    done = ran(project, "mypy", *MADE[:2])
    assert done.returncode == 0, done.stdout


def test_dbt_takes_its_models_in(project: OwnProject) -> None:
    done = ran(
        project, "dbt.cli.main", "ls", "--select", "+int_bars_received", "--resource-type", "model"
    )
    assert done.returncode == 0, done.stdout
    assert "stg_zeta_one__bars" in done.stdout


def test_a_second_time_the_name_is_taken(project: OwnProject) -> None:
    before = sorted(path for path in project.root.rglob("*.py"))
    done = project.tapehouse(project.root / "data", "new-provider", "zeta_one")
    assert done.returncode == 64
    assert "taken" in done.stderr
    assert sorted(path for path in project.root.rglob("*.py")) == before


def test_what_has_no_place_any_more_is_told(project: OwnProject) -> None:
    (project.root / "docs" / "providers.md").unlink()
    done = project.tapehouse(project.root / "data", "new-provider", "another")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left to you in docs/providers.md: ## another" in done.stdout


@pytest.mark.parametrize(
    "name",
    ["yahoo", "polygon", "ledger", "plan", "market", "alpha", "yahoo_two", "personal", "class",
     "Acme", "1st", "a-b", "../x", ""],
)  # fmt: skip
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        check(name)


def test_the_real_project_was_left_alone(project: OwnProject) -> None:
    assert not [one for one in MADE if (PROJECT / one).exists()]
