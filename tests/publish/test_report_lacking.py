"""What is not there is told in words: weeks and copies without bars, providers unasked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import openpyxl
import pytest
from report_reading import Tags, table

from publish import open_market
from publish.report.build import build
from publish.report.sections.sources import Allowance
from publish.report.week import Week, week_of
from publish.report.write import write
from warehouse.folder import DataFolder

WEEK = week_of(date(2026, 3, 10))
NEVER = week_of(date(2019, 7, 1))
AHEAD = week_of(date(2030, 1, 7))


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


@pytest.fixture
def own_copy(demo: DataFolder, tmp_path: Path) -> Path:
    """A copy that a test may write into."""
    path = tmp_path / "market.duckdb"
    shutil.copyfile(demo.market, path)
    return path


def test_a_week_of_holidays_says_on_which_days_nothing_was_traded(
    market: duckdb.DuckDBPyConnection,
) -> None:
    found = build(market, week_of(date(2025, 12, 25)), "sandbox")
    assert any("XNYS" in line and "closed on Thu 2025-12-25" in line for line in found.lacking)
    assert not any("24/7" in line and "closed" in line for line in found.lacking)
    early = {row.cells[0]: row.cells[-1] for row in table(found, "sessions").rows}
    assert "2025-12-24" in early["XNYS"]
    assert len(table(found, "breadth").rows) == 4
    assert any(line.startswith("No request of the week went to") for line in found.lacking)


@pytest.mark.parametrize("week", [NEVER, AHEAD])
def test_a_week_of_which_nothing_is_held_is_told_in_words(
    market: duckdb.DuckDBPyConnection, week: Week, tmp_path: Path
) -> None:
    found = build(market, week, "sandbox")
    assert found.lacking[0] == "No daily bar of this week is in the published copy."
    done = write(found, "copy", 1, tmp_path / "out")
    tags = Tags(done.page.read_text(encoding="utf-8"))
    assert "figure" not in {tag for tag, _ in tags.tags}
    said = "".join(tags.texts)
    for section in found.sections:
        for one in section.tables:
            assert one.rows or one.empty in said or not one.on_page
    assert "Nothing of this week is there to be drawn." in [
        cell.value for cell in openpyxl.load_workbook(done.workbook)["Charts"]["A"]
    ]


def test_a_copy_without_a_row_gives_a_report_of_nothing(own_copy: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(own_copy)) as connection:
        for schema, name in connection.execute(
            "select schema_name, table_name from duckdb_tables() where not internal"
        ).fetchall():
            connection.execute(f'delete from "{schema}"."{name}"')
    with open_market(own_copy).connection as connection:
        found = build(connection, WEEK, "real", [Allowance("binance", "public", 1000, 60)])
    assert not any(one.rows for one in found.tables if one.key != "conventions")
    assert found.known.file_seq == 0
    write(found, "copy", 1, tmp_path / "out")


def test_a_provider_that_is_missing_is_named(own_copy: Path) -> None:
    with duckdb.connect(str(own_copy)) as connection:
        connection.execute("delete from raw.requests where provider = 'massive'")
        connection.execute("delete from daily_bars where symbol in ('GOLD', 'CRUDE', 'AMD')")
    with open_market(own_copy).connection as connection:
        found = build(connection, WEEK, "sandbox")
    assert "No request of the week went to massive." in found.lacking
    assert any(line.endswith("others of their calendar have some: AMD.") for line in found.lacking)
    assert any(line.startswith("CMES: no daily bars of Mon 2026-03-09") for line in found.lacking)
    assert table(found, "commodities").rows == []
    assert "commodities" in table(found, "commodities").empty
