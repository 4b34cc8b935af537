"""Landings of older releases open, load and build, and lose no row."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import duckdb
import pytest
from command_line import tapehouse

from publish import open_market
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT

GOLDEN = sorted((PROJECT / "tests" / "golden").glob("schema_*.tar"))


def counts(connection: duckdb.DuckDBPyConnection, schema: str, names: list[str]) -> dict[str, int]:
    found = {}
    for name in names:
        # Those releases had the providers' own bars alone.
        own = (
            " where provider not like 'derived:%'"
            if name in ("daily_bars", "intraday_bars")
            else ""
        )
        ((rows,),) = connection.execute(f'select count(*) from {schema}."{name}"{own}').fetchall()
        found[name] = rows
    return found


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda path: path.stem)
def test_a_landing_of_an_older_release_keeps_every_row(golden: Path, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare("sandbox")
    with tarfile.open(golden) as archive:
        archive.extractall(folder.root, filter="data")
    tapehouse(folder.root, "rebuild")
    expected = json.loads(golden.with_suffix(".json").read_text())
    with open_market(folder.market).connection as connection:
        assert counts(connection, "raw", list(expected["raw"])) == expected["raw"]
        assert counts(connection, "main", list(expected["marts"])) == expected["marts"]


def test_there_is_a_golden_landing_of_the_present_schema() -> None:
    from extract.landing import SCHEMA_VERSION

    assert f"schema_{SCHEMA_VERSION}" in [path.stem for path in GOLDEN]
