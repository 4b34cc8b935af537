"""Budgets for files and folders, and the shape of the top level."""

from __future__ import annotations

import pytest

from .source_tree import IGNORED, PROJECT, files, folders, line_count, modules, name, text_of

MODULE_LINES = 300
SQL_LINES = 100
FOLDER_FILES = 20
README_LINES = 150
TOP_FOLDERS = {
    "extract", "dbt_project", "flows", "publish", "warehouse", "cli", "sandbox", "bench", "tests",
    "docs", "deploy", "data_extracts",
}  # fmt: skip
VAGUE = {"utils", "util", "common", "helpers", "helper", "misc", "stuff", "shared", "lib"}


def test_no_module_is_longer_than_its_budget() -> None:
    long = [
        f"{name(path)}: {line_count(path)}"
        for path in [*modules(), *modules("tests/house", "tests/faults")]
        if line_count(path) > MODULE_LINES
    ]
    assert not long, long


def test_no_sql_file_is_longer_than_its_budget() -> None:
    long = [
        f"{name(path)}: {line_count(path)}"
        for path in files(PROJECT / "dbt_project")
        if path.suffix == ".sql" and line_count(path) > SQL_LINES
    ]
    assert not long, long


def test_no_folder_holds_more_than_a_person_takes_in() -> None:
    """A model and its yml count as one, and an `__init__.py` as none."""
    full = []
    for folder in folders():
        if name(folder).split("/")[0] in ("tests", ".git"):
            continue
        found = {path.stem for path in files(folder) if path.parent == folder} - {"__init__"}
        if len(found) > FOLDER_FILES:
            full.append(f"{name(folder)}: {len(found)}")
    assert not full, full


def test_the_top_level_holds_the_folders_of_the_design() -> None:
    strange = [
        path.name
        for path in PROJECT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and not path.name.endswith(".egg-info")
        if path.name not in TOP_FOLDERS | IGNORED
    ]
    assert not strange, strange


def test_no_name_says_nothing() -> None:
    vague = [name(path) for path in [*files(), *folders()] if path.stem.lower() in VAGUE]
    assert not vague, vague


def test_the_readme_is_short() -> None:
    lines = text_of("README.md").splitlines()
    assert 0 < len(lines) <= README_LINES


def test_the_lock_file_records_no_address() -> None:
    text = text_of("requirements.lock")
    assert "--hash=sha256:" in text
    assert "://" not in text


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "LICENSE", "CHANGELOG.md"])
def test_a_document_that_every_project_has_is_there(document: str) -> None:
    assert text_of(document)
