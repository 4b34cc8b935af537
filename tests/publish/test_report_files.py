"""The page and the workbook: whole, the same bytes each time, and safe whatever others wrote."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import pytest
from report_reading import Tags, table

from publish import open_market
from publish.report.build import build
from publish.report.document import Known, Report, Table
from publish.report.formats import shown
from publish.report.page import page
from publish.report.sections.runs import COLUMNS
from publish.report.sections.sources import Allowance
from publish.report.week import week_of
from publish.report.write import Written, write
from publish.trace.explain import explain
from warehouse.errors import UsageError
from warehouse.folder import DataFolder

WEEK = week_of(date(2026, 3, 10))
ALLOWED = [Allowance("binance", "public", 1000, 60)]
HOSTILE = "<script>alert(1)</script>\"'><img src=http://evil.test/x onerror=alert(2)>"
FORMULA = "=cmd|'/c calc'!A0"


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


@pytest.fixture(scope="module")
def report(market: duckdb.DuckDBPyConnection) -> Report:
    return build(market, WEEK, "sandbox", ALLOWED)


@pytest.fixture(scope="module")
def written(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(report, "market-000001.duckdb", 7, tmp_path_factory.mktemp("exports") / "000007")


@pytest.fixture
def own_copy(demo: DataFolder, tmp_path: Path) -> Path:
    """A copy that a test may write into."""
    path = tmp_path / "market.duckdb"
    shutil.copyfile(demo.market, path)
    return path


def test_another_run_over_another_name_of_the_copy_gives_the_same_bytes(
    demo: DataFolder, own_copy: Path, written: Written, tmp_path: Path
) -> None:
    with open_market(own_copy).connection as connection:
        again = build(connection, WEEK, "sandbox", ALLOWED)
    other = write(again, "market-000009.duckdb", 12, tmp_path / "000012")
    assert other.page.read_bytes() == written.page.read_bytes()
    assert other.workbook.read_bytes() == written.workbook.read_bytes()
    assert other.manifest["files"] == written.manifest["files"]
    assert (other.manifest["run_id"], written.manifest["run_id"]) == (12, 7)


def test_the_manifest_tells_rows_and_digests(report: Report, written: Written) -> None:
    told = json.loads((written.folder / "manifest.json").read_text(encoding="utf-8"))
    assert [one["name"] for one in told["files"]] == ["report.html", "report.xlsx"]
    assert all(len(one["sha256"]) == 64 for one in told["files"])
    assert told["week"] == "2026-W11"
    assert told["known_seq"] == report.known.file_seq
    assert sum(one["rows"] for one in told["tables"]) == told["files"][0]["rows"]
    assert sorted(path.name for path in written.folder.parent.iterdir()) == ["000007"]


def test_every_link_of_the_page_leads_somewhere_in_it(written: Written) -> None:
    tags = Tags(written.page.read_text(encoding="utf-8"))
    ids = Counter(tags.values("id"))
    assert not [name for name, count in ids.items() if count > 1]
    links = tags.values("href") + tags.values("xlink:href")
    assert len(links) > 200
    assert not [link for link in links if not (link[0] == "#" and link[1:] in ids)]


def test_every_row_that_came_with_a_run_links_to_it(report: Report, written: Written) -> None:
    text = written.page.read_text(encoding="utf-8")
    held = {row.cells[0] for row in report.runs.rows}
    for section in report.sections:
        for one in section.tables:
            for row in one.rows:
                assert set(row.runs) <= held
                if one.on_page and row.runs:
                    assert f'href="#run-{row.runs[0]}"' in text
    figures = ("indices", "treasuries", "movers_up", "breadth", "signals", "volatility")
    for key in (*figures, "completeness", "providers", "restatements"):
        assert all(row.runs and row.trace for row in table(report, key).rows), key


def test_the_traces_are_commands_that_find_their_figures(
    report: Report, market: duckdb.DuckDBPyConnection
) -> None:
    commands = sorted(
        {
            row.trace
            for section in report.sections
            for one in section.tables
            for row in one.rows
            if row.trace.startswith("tapehouse explain ")
        }
    )
    assert len(commands) > 50
    for command in commands[::6]:
        symbol, time, field, *_ = shlex.split(command)[2:]
        found = explain(market, symbol, time, field)
        assert found.tree.children, command


def test_the_page_has_titles_captions_and_words_for_every_picture(written: Written) -> None:
    text = written.page.read_text(encoding="utf-8")
    tags = Tags(text)
    counted = Counter(tag for tag, _ in tags.tags)
    assert counted["h1"] == 1
    assert counted["caption"] == counted["table"] > 15
    assert counted["figure"] == 7
    told = [held for tag, held in tags.tags if held.get("role") == "img"]
    assert len(told) > counted["figure"]
    assert all(held["aria-label"] for held in told)
    assert all(held.get("scope") for tag, held in tags.tags if tag == "th")
    assert ("html", {"lang": "en"}) in tags.tags
    assert not {"script", "iframe", "object", "link", "img", "base"} & set(counted)


def test_made_up_data_is_called_so_and_real_data_is_not() -> None:
    assert "Sandbox data" in page(of_nothing("sandbox"))
    assert "Sandbox data" not in page(of_nothing("real"))


def of_nothing(origin: str) -> Report:
    runs = Table("runs", "Runs", COLUMNS, [], "None.")
    return Report(WEEK, origin, Known(0, None), [], [], [], runs)


def test_text_of_others_is_shown_and_does_nothing(own_copy: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(own_copy)) as connection:
        connection.execute("update instruments set name = ? where symbol = 'AAPL'", [HOSTILE])
        connection.execute("update instruments set name = ? where symbol = 'NVDA'", [FORMULA])
        connection.execute("update data_quality_log set detail = ?", [HOSTILE])
        connection.execute("update raw.requests set endpoint = ?", [FORMULA])
    with open_market(own_copy).connection as connection:
        done = write(build(connection, WEEK, "sandbox"), "copy", 1, tmp_path / "out")
    text = done.page.read_text(encoding="utf-8")
    tags = Tags(text)
    assert "<script" not in text
    assert "<img" not in text
    assert not [held for _, held in tags.tags if any(name.startswith("on") for name in held)]
    assert HOSTILE in tags.texts
    book = openpyxl.load_workbook(done.workbook)
    names = {row[0].value: row[1] for row in book["Volatility"].iter_rows(min_row=2)}
    assert (names["NVDA"].value, names["NVDA"].data_type) == ("'" + FORMULA, "s")
    formulas = [
        cell.coordinate
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert not formulas


def test_the_workbook_holds_the_same_figures_as_numbers(report: Report, written: Written) -> None:
    book = openpyxl.load_workbook(written.workbook)
    for one in report.tables:
        sheet = book[one.sheet or one.title]
        kept = [at for at, column in enumerate(one.columns) if column.kind != "spark"]
        for row, line in zip(one.rows, sheet.iter_rows(min_row=2), strict=False):
            for at, cell in zip(kept, line, strict=False):
                value = row.cells[at]
                if value is None or value == "":
                    assert cell.value in (None, "")
                elif isinstance(value, str):
                    assert cell.value == value
                elif isinstance(value, datetime):
                    # Excel keeps milliseconds.
                    assert abs((cell.value - value).total_seconds()) < 0.001
                elif isinstance(value, date):
                    assert cell.value.date() == value
                else:
                    assert cell.data_type == "n"
                    assert cell.value == pytest.approx(float(value), rel=1e-14), one.key
        if one.rows:
            assert sheet.max_row == len(one.rows) + 1
            assert sheet.freeze_panes == "B2"
            assert sheet.auto_filter.ref.startswith("A1:")
    assert len(book["Charts"]._charts) == 4
    linked = [cell.hyperlink.location for cell in book["Index"]["A"] if cell.hyperlink]
    assert len(linked) == len(list(report.tables))


def test_what_the_page_shows_of_a_number() -> None:
    minus = "\N{MINUS SIGN}"
    assert shown("percent", -1.234) == f"{minus}1.23%"
    assert shown("percent", -0.0004) == "0.00%"
    assert shown("percent", 0.0) == "0.00%"
    assert shown("percent", 2) == "+2.00%"
    assert shown("share", 0.9996) == "99.9%"
    assert shown("share", 1.0) == "100%"
    assert shown("price", 80805.33) == "80,805.33"
    assert shown("price", 0.00001234) == "0.00001234"
    assert shown("value", -0.00126753) == f"{minus}0.001268"
    assert shown("count", 0) == "0"
    assert shown("price", None) == "\N{EN DASH}"


def test_only_a_folder_of_ours_is_written_over(
    market: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    report, target = build(market, week_of(date(2019, 7, 1)), "sandbox"), tmp_path / "mine"
    write(report, "copy", 1, target)
    write(report, "copy", 2, target)
    (target / "notes.txt").write_text("a person's own")
    with pytest.raises(UsageError, match=re.escape("notes.txt")):
        write(report, "copy", 3, target)
    assert json.loads((target / "manifest.json").read_text())["run_id"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
