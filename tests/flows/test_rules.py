"""A change of a rule leaves a trace: what it was, what it is, and the run that found it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from extract import raw_tables, reference
from extract.landing import Landing
from warehouse import rules
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's rules as files of one's own, which the landing step reads."""
    own = tmp_path / "project"
    shutil.copytree(PROJECT / "dbt_project", own / "dbt_project")
    shutil.copyfile(PROJECT / "dbt_project.yml", own / "dbt_project.yml")
    told = rules.in_force
    monkeypatch.setattr(rules, "in_force", lambda: told(own))
    return own


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def landed(folder: DataFolder) -> list[tuple[int, str, str, str]]:
    raw_tables.load(folder, Landing(folder))
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        return connection.execute(
            "select file_seq, kind, name, value from raw.rules_in_force order by all"
        ).fetchall()


def test_rules_are_landed_once_and_again_only_when_one_differs(
    folder: DataFolder, project: Path
) -> None:
    landing = Landing(folder)
    assert reference.land_rules(landing, 1) > 100
    assert reference.land_rules(landing, 2) == 0
    change(project / "dbt_project.yml", "rsi_window: 14", "rsi_window: 15")
    change(project / "dbt_project/seeds/coverage.csv", "all,1d,730", "all,1d,900")
    model = project / "dbt_project/models/marts/bars/daily_bars.sql"
    model.write_text(model.read_text(encoding="utf-8") + "-- changed\n", encoding="utf-8")
    assert reference.land_rules(landing, 3) > 100
    found = landed(folder)
    before, after = ({row[1:] for row in found if row[0] == number} for number in (1, 2))
    assert {(kind, name) for kind, name, _ in after - before} == {
        ("var", "rsi_window"),
        ("coverage", "all 1d history"),
        ("sql", "models/marts/bars/daily_bars.sql"),
    }
    assert ("var", "rsi_window", "15") in after


def test_every_seed_row_and_model_is_a_rule_of_its_own_name() -> None:
    found = rules.in_force()
    assert len({(rule.kind, rule.name) for rule in found}) == len(found)
    kinds = {rule.kind for rule in found}
    seeds = {path.stem for path in (PROJECT / "dbt_project" / "seeds").glob("*.csv")}
    # A seed without rows has no rule yet.
    assert kinds <= {"var", "sql", *seeds}
    assert {"var", "sql", "providers", "universe", "coverage"} <= kinds


def test_a_seed_that_declares_no_key_is_named_by_its_whole_rows(project: Path) -> None:
    seeds = project / "dbt_project" / "seeds"
    (seeds / "notes.csv").write_text("rule,symbol\noff_grid,AAPL\noff_grid,*\n", encoding="utf-8")
    (seeds / "notes.yml").write_text("seeds:\n  - name: notes\n", encoding="utf-8")
    found = [rule.name for rule in rules.in_force() if rule.kind == "notes"]
    assert found == ["off_grid *", "off_grid AAPL"]
