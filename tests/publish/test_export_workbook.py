"""The workbook that people open: local times, typed cells, no formula, no row left out."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import export_market
import openpyxl
import pyarrow as pa
import pytest
import xlsxwriter
from export_market import HEADER, exported, rows

from publish.exports.formulas import harmless
from publish.exports.tables import Column, Shape
from publish.exports.workbook.looks import Looks
from publish.exports.workbook.sheets import TableSheets, sheet_name
from publish.exports.workbook.summary import below

NUMBER = Shape("numbers", (Column("number", "BIGINT", "integer"),))


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("workbook")
    copy = export_market.market(root / "market.duckdb")
    exported(copy, root / "place", "xlsx", tables=("instruments", "daily_bars", "own_notes"))
    return root / "place" / "tapehouse.xlsx"


@pytest.fixture(scope="module")
def book(path: Path) -> openpyxl.Workbook:
    # The library that reads knows no sparklines; a test below finds them in the file.
    with warnings.catch_warnings(action="ignore"):
        return openpyxl.load_workbook(path)


def lines(book: openpyxl.Workbook, name: str) -> Iterator[dict[str, Any]]:
    header, *found = book[name].iter_rows()
    for line in found:
        yield {str(one.value): cell for one, cell in zip(header, line, strict=True)}


def test_every_row_is_there_with_its_local_date_time_zone_and_utc(book: openpyxl.Workbook) -> None:
    found = list(lines(book, "daily_bars"))
    assert len(found) == len(rows())
    zones = set()
    for line, row in zip(found, rows(), strict=True):
        zone, at = line["zone"].value, line["local time"].value
        day = line["local date"].value.date()
        local = datetime.combine(day, at).replace(tzinfo=ZoneInfo(zone))
        assert abs(local.astimezone(UTC).replace(tzinfo=None) - row["opened_at"]) < timedelta(
            seconds=1
        )
        assert line["opened_at (UTC)"].value == f"{row['opened_at'].isoformat()}Z"
        assert line["closed_at (UTC)"].value == f"{row['closed_at'].isoformat()}Z"
        zones.add((zone, at.hour))
    # New York's clocks went forward between the first and the last of these days.
    assert zones == {
        *((("America/New_York", hour)) for hour in (9, 10)),
        ("Asia/Tokyo", 23),
        ("UTC", 14),
    }


def test_numbers_are_numbers_and_text_is_text(book: openpyxl.Workbook) -> None:
    for line, row in zip(lines(book, "daily_bars"), rows(), strict=True):
        assert line["symbol"].value == harmless(row["symbol"])
        assert line["symbol"].data_type == "s"
        assert line["price_change_pct"].value == -1.5
        if row["close"] is None:
            assert line["close"].value is None
        else:
            assert line["close"].value == pytest.approx(float(row["close"]), rel=1e-15)
        count = row["trade_count"]
        if count is not None and abs(count) > 2**53:
            assert line["trade_count"].value == str(count)
        else:
            assert line["trade_count"].value == count
        assert line["is_partial"].value is row["is_partial"]
        listed = line["listed_on"].value
        if row["listed_on"] and row["listed_on"].year < 1900:
            assert listed == row["listed_on"].isoformat()
        else:
            assert (listed and listed.date()) == row["listed_on"]


def test_no_text_is_worked_out_not_even_a_name_of_a_column(book: openpyxl.Workbook) -> None:
    texts = [line[f"'{HEADER}"] for line in lines(book, "daily_bars")]
    # So a carriage return is written in a workbook.
    assert [cell.value and cell.value.replace("_x000D_", "\r") for cell in texts] == [
        None if row[HEADER] is None else harmless(row[HEADER]) for row in rows()
    ]
    assert {cell.data_type for cell in texts} <= {"s", "n"}


def test_headers_stay_filters_stand_and_changes_are_coloured(book: openpyxl.Workbook) -> None:
    sheet = book["daily_bars"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(sheet.max_column)}61"
    assert len(list(sheet.conditional_formatting)) == 2
    assert {one.rules[0].type for one in sheet.conditional_formatting} == {"colorScale"}


def test_contents_lead_to_every_sheet_and_count_its_rows(book: openpyxl.Workbook) -> None:
    contents = book["Contents"]
    listed = {
        cell[0].value: (cell[2].value, cell[0].hyperlink.location)
        for cell in contents.iter_rows(min_row=6)
        if cell[0].hyperlink
    }
    assert listed == {
        "instruments": (20, "'instruments'!A1"),
        "daily_bars": (60, "'daily_bars'!A1"),
        "own_notes": (60, "'own_notes'!A1"),
    }
    assert "export 12" in contents["A1"].value


def test_the_summary_has_a_sparkline_for_each_symbol(path: Path, book: openpyxl.Workbook) -> None:
    symbols = [row[0].value for row in book["Summary"].iter_rows(min_row=4) if row[0].value]
    assert symbols == list(dict.fromkeys(harmless(row["symbol"]) for row in rows()))
    with zipfile.ZipFile(path) as parts:
        drawn = parts.read("xl/worksheets/sheet2.xml").decode()
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert drawn.count("<x14:sparkline>") == len(symbols)
    assert len(charts) == 1


def test_the_column_of_names_is_there_when_they_are_exported(
    tmp_path: Path, book: openpyxl.Workbook
) -> None:
    assert not book["Summary"].column_dimensions["B"].hidden
    copy = export_market.market(tmp_path / "market.duckdb")
    exported(copy, tmp_path / "place", "xlsx", tables=("daily_bars",))
    with warnings.catch_warnings(action="ignore"):
        alone = openpyxl.load_workbook(tmp_path / "place" / "tapehouse.xlsx")
    assert alone["Summary"].column_dimensions["B"].hidden


@pytest.mark.parametrize(
    ("lowest", "floor"), [(5812.4, 5600.0), (12.0, 11.0), (9.0, None), (None, None)]
)
def test_an_axis_of_levels_begins_a_little_below_them(
    lowest: float | None, floor: float | None
) -> None:
    assert below(lowest) == floor


def test_a_full_sheet_goes_on_in_the_next(tmp_path: Path) -> None:
    names = numbers(tmp_path / "book.xlsx", 50, most_rows=21)
    assert names == {"numbers": 20, "numbers (2)": 20, "numbers (3)": 10}
    book = openpyxl.load_workbook(tmp_path / "book.xlsx")
    found = [line["number"].value for name in names for line in lines(book, name)]
    assert found == list(range(50))


def test_no_row_is_lost_at_the_real_limit(tmp_path: Path) -> None:
    """As if all but the last three rows of the sheet were written already."""
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx"), {"constant_memory": True}) as book:
        table = TableSheets(book, Looks(book), NUMBER, {})
        table.sheets[0].row_count = 1_048_576 - 1 - 3
        table.write(pa.table({"number": pa.array(range(5), pa.int64())}))
        assert [sheet.row_count for sheet in table.close()] == [1_048_575, 2]
    with zipfile.ZipFile(tmp_path / "book.xlsx") as parts:
        sheets = [parts.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
    assert re.findall(r'<row r="(\d+)"', sheets[0]) == ["1", "1048574", "1048575", "1048576"]
    assert re.findall(r'<row r="(\d+)"', sheets[1]) == ["1", "2", "3"]
    assert "<v>4</v>" in sheets[1]


def numbers(path: Path, count: int, most_rows: int) -> dict[str, int]:
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        table = TableSheets(book, Looks(book), NUMBER, {}, most_rows)
        for start in range(0, count, 100_000):
            part = range(start, min(start + 100_000, count))
            table.write(pa.table({"number": pa.array(part, pa.int64())}))
        return {sheet.name: sheet.row_count for sheet in table.close()}


@pytest.mark.parametrize(
    ("table", "number", "taken", "name"),
    [
        ("bars", 1, [], "bars"),
        ("bars", 2, ["bars"], "bars (2)"),
        ("Summary", 1, ["Contents", "summary"], "Summary (2)"),
        ("a" * 40, 2, [], "a" * 27 + " (2)"),
        ("a/b:c[d]*?\\'", 1, [], "a_b_c_d_____"),
        ("history", 1, [], "history (2)"),
    ],
)
def test_names_of_sheets_are_such_as_spreadsheets_take(
    table: str, number: int, taken: list[str], name: str
) -> None:
    assert sheet_name(table, number, dict.fromkeys(taken)) == name
