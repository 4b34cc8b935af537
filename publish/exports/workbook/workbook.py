"""The workbook: contents, a summary, then a sheet or more a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from publish.exports.formats import Format, Stamp, Written
from publish.exports.tables import Shape
from publish.exports.workbook.looks import Looks, printed
from publish.exports.workbook.sheets import Sheet, TableSheets
from publish.exports.workbook.summary import NAME as SUMMARY
from publish.exports.workbook.summary import Summary

FILE = "tapehouse.xlsx"
CONTENTS = "Contents"


class Writer(Format):
    """Rows go to disk as they come; nothing in the file tells when it was written but the stamp."""

    name = "xlsx"

    def __init__(self, place: Path, stamp: Stamp) -> None:
        super().__init__(place, stamp)
        self._path = place / FILE
        self._book: Any = xlsxwriter.Workbook(
            str(self._path),
            {"constant_memory": True, "tmpdir": str(place), "nan_inf_to_errors": True},
        )
        self._book.set_properties(
            {"title": f"Tapehouse export {stamp.run_id}", "created": stamp.exported_at}
        )
        self._looks = Looks(self._book)
        self._contents = self._book.add_worksheet(CONTENTS)
        self._summary = Summary(self._book.add_worksheet(SUMMARY))
        self._sheets: list[Sheet] = []
        self._tables: list[str] = []

    def open(self, shape: Shape) -> None:
        self._tables.append(shape.name)
        self._table = TableSheets(self._book, self._looks, shape, self.stamp.zones)

    def write(self, rows: pa.Table) -> None:
        self._summary.saw(self._table, rows, self._table.write(rows))

    def close(self) -> None:
        self._sheets += self._table.close()

    def finish(self) -> list[Written]:
        self._list_sheets()
        self._summary.draw(self._book, self._looks)
        self._book.close()
        rows = sum(sheet.row_count for sheet in self._sheets)
        return [self.sealed(self._path, self._tables, rows)]

    def drop(self) -> None:
        """The library closes the files of its sheets only with the book."""
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()

    def _list_sheets(self) -> None:
        sheet, looks, stamp = self._contents, self._looks, self.stamp
        sheet.hide_gridlines(2)
        printed(sheet, is_one_page_wide=True)
        for at, wide in enumerate((34, 26, 14)):
            sheet.set_column(at, at, wide)
        sheet.write_string(0, 0, f"Tapehouse export {stamp.run_id}", looks.title)
        known = f", as of {stamp.as_of} UTC" if stamp.as_of else ""
        told = f"{stamp.exported_at} UTC, from {stamp.published_copy}{known}"
        sheet.write_string(1, 0, told, looks.faint)
        note = "Local date and time are the market's; every other instant is UTC."
        sheet.write_string(2, 0, note, looks.faint)
        for at, header in enumerate(("sheet", "table", "rows")):
            sheet.write_string(4, at, header, looks.header)
        row = 5
        for one in self._sheets:
            sheet.write_url(row, 0, f"internal:'{one.name}'!A1", looks.link, one.name)
            sheet.write_string(row, 1, one.table)
            sheet.write_number(row, 2, one.row_count, looks.cells["whole"])
            row += 1
        sheet.write_string(row, 0, "all", looks.bold)
        total = sum(one.row_count for one in self._sheets)
        sheet.write_number(row, 2, total, looks.cells["whole"])
