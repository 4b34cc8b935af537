"""The sheets of one table: a full one is followed by the next, no row is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from publish.exports.tables import Shape
from publish.exports.workbook.cells import cells_of
from publish.exports.workbook.looks import Looks, coloured, printed, width

ROWS_OF_A_SHEET = 1_048_576
CHUNK = 5_000
LONGEST_NAME = 31
FROZEN = 2


@dataclass
class Sheet:
    """A finished or growing sheet; its first row is the header."""

    name: str
    table: str
    row_count: int = 0


@dataclass(frozen=True)
class Span:
    """Rows of a batch and where they stand: the batch's row `start` is the sheet's `row`."""

    sheet: str
    row: int
    start: int
    count: int


class TableSheets:
    """Writes a table's batches; where they went is told for the summary."""

    def __init__(
        self,
        book: Any,
        looks: Looks,
        shape: Shape,
        zones: Mapping[int, str],
        most_rows: int = ROWS_OF_A_SHEET,
    ) -> None:
        self.shape = shape
        self.sheets: list[Sheet] = []
        self.cells = cells_of(shape, zones)
        self._book, self._looks, self._most = book, looks, most_rows
        self._formats = [self._format(number) for number in range(len(self.cells))]
        self._begin()

    def column(self, name: str) -> int:
        """Where a column of the table stands; of a moment, its text in UTC."""
        return max(at for at, cell in enumerate(self.cells) if cell.column.name == name)

    def write(self, rows: pa.Table) -> list[Span]:
        spans = []
        start = 0
        while start < rows.num_rows:
            if self.sheets[-1].row_count + 1 == self._most:
                self._end()
                self._begin()
            sheet = self.sheets[-1]
            count = min(CHUNK, rows.num_rows - start, self._most - 1 - sheet.row_count)
            spans.append(Span(sheet.name, sheet.row_count + 1, start, count))
            self._put(rows.slice(start, count), sheet.row_count + 1)
            sheet.row_count += count
            start += count
        return spans

    def close(self) -> list[Sheet]:
        self._end()
        return self.sheets

    def _begin(self) -> None:
        number = len(self.sheets) + 1
        name = sheet_name(self.shape.name, number, self._book.sheetnames)
        self.sheets.append(Sheet(name, self.shape.name))
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, min(FROZEN, len(self.cells) - 1))
        self._sheet.repeat_rows(0)
        printed(self._sheet, is_one_page_wide=False)
        self._longest = [0] * len(self.cells)
        for at, cell in enumerate(self.cells):
            is_number = cell.kind in ("integer", "decimal", "double")
            look = self._looks.number_header if is_number else self._looks.header
            self._sheet.write_string(0, at, cell.header, look)

    def _end(self) -> None:
        last = self.sheets[-1].row_count
        self._sheet.autofilter(0, 0, last, len(self.cells) - 1)
        for at, cell in enumerate(self.cells):
            self._sheet.set_column(at, at, width(cell.header, cell.kind, self._longest[at]))
            if last and cell.column.kind in ("decimal", "double"):
                coloured(self._sheet, cell.column.name, at, 1, last)

    def _put(self, rows: pa.Table, first_row: int) -> None:
        number, text, truth = (
            self._sheet.write_number, self._sheet.write_string, self._sheet.write_boolean,
        )  # fmt: skip
        columns = [cell.values(rows) for cell in self.cells]
        if first_row == 1:
            # The first rows tell how long texts are; the sheet's width need not fit them all.
            self._longest = [
                max((len(one) for one in values if isinstance(one, str)), default=0)
                for values in columns
            ]
        for at, row in enumerate(zip(*columns, strict=True), start=first_row):
            for column, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, str):
                    text(at, column, value)
                elif isinstance(value, bool):
                    truth(at, column, value, self._formats[column])
                else:
                    number(at, column, value, self._formats[column])

    def _format(self, at: int) -> Any:
        cell = self.cells[at]
        if cell.kind in ("date", "time"):
            return self._looks.cells[cell.kind]
        return self._looks.of(cell.column)


def sheet_name(table: str, number: int, taken: Mapping[str, Any]) -> str:
    """A name that spreadsheets take: short, without their signs, no other's."""
    used = {name.lower() for name in taken} | {"history"}
    plain = re.sub(r"[\[\]:*?/\\']", "_", table).strip() or "table"
    while True:
        ending = f" ({number})" if number > 1 else ""
        name = plain[: LONGEST_NAME - len(ending)] + ending
        if name.lower() not in used:
            return name
        number += 1
