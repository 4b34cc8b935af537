"""The unit tests of the models, run as `dbt build` runs them for people."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from tests.dbt_project.raw_rows import ROOT
from warehouse import dbt_runner
from warehouse.folder import DataFolder
from warehouse.lock import writer


def declared() -> list[str]:
    return [
        test["name"]
        for path in (ROOT / "dbt_project").rglob("*.yml")
        for test in yaml.safe_load(path.read_text()).get("unit_tests") or []
    ]


def test_every_unit_test_of_the_models_passes(demo: DataFolder, tmp_path: Path) -> None:
    """On a copy: they take the columns of their inputs from tables that were built."""
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    shutil.copyfile(demo.warehouse, folder.warehouse)
    with writer(folder.root, "test"):
        answer = dbt_runner.invoke(folder, "dev", ["test", "--select", "test_type:unit"])
    results = {
        result.node.name: result
        for result in answer.result.results
        if result.node.resource_type == "unit_test"
    }
    wrong = {
        name: result.message for name, result in results.items() if str(result.status) != "pass"
    }
    assert not wrong, wrong
    assert answer.success
    assert sorted(results) == sorted(declared())
