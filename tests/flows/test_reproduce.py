"""An export comes out the same after what it was made from was corrected, on another path too."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from command_line import tapehouse
from never_loaded import begin

from sandbox import Exchange
from warehouse.folder import DataFolder

BEFORE, AFTER = datetime(2026, 3, 10, 15, 0), datetime(2026, 3, 11, 15, 0)
EXPORT = ("export", "--format", "xlsx,csv,json,parquet,sql,lineprotocol")


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """An export, then a run that corrects a bar; landing is joined, and all lies elsewhere."""
    root = tmp_path_factory.mktemp("reproduce")
    folder = DataFolder(root / "data")
    folder.prepare("sandbox")
    begin(folder)
    with Exchange(seed=7, now=BEFORE) as exchange:
        for now in (BEFORE, AFTER):
            exchange.set_clock(now)
            own = {"TAPEHOUSE_SANDBOX__URL": exchange.url}
            tapehouse(folder.root, "run", "MSFT", "AAPL", "--interval", "1d", **own)
            if now == BEFORE:
                tapehouse(folder.root, *EXPORT, **own)
        joined = tapehouse(folder.root, "compact", **own)
        assert "files became" in joined.stdout
    folder.root.rename(root / "elsewhere")
    return DataFolder(root / "elsewhere")


def test_every_file_is_the_same_though_the_newest_export_is_another(moved: DataFolder) -> None:
    place = moved.exports / "000002"
    names = [file["name"] for file in json.loads((place / "manifest.json").read_text())["files"]]
    kept = (place / "daily_bars.csv").read_bytes()
    done = tapehouse(moved.root, "reproduce", "2")
    (same,) = [line for line in done.stdout.splitlines() if line.startswith("the same: ")]
    assert same.removeprefix("the same: ").split(", ") == names
    assert "changed since" not in done.stdout
    assert list((moved.state / "scratch").glob("*")) == []
    tapehouse(moved.root, "export", "-t", "daily_bars", "-f", "csv")
    assert (moved.exports / "000005" / "daily_bars.csv").read_bytes() != kept


def test_a_run_that_exported_nothing_is_told_with_those_that_did(moved: DataFolder) -> None:
    done = tapehouse(moved.root, "reproduce", "1", check=False)
    assert done.returncode == 64
    assert "run 1 exported nothing" in done.stderr


def test_where_two_files_first_differ_is_told(tmp_path: Path) -> None:
    from publish.exports.comparison import difference

    for name, text in (("one.csv", "a\nb\nc\n"), ("two.csv", "a\nx\nc\n")):
        (tmp_path / name).write_text(text)
    told = difference(tmp_path / "one.csv", tmp_path / "two.csv", "csv")
    assert told.startswith("line 2 was 'b")
