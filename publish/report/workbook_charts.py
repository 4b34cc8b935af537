"""Charts of the workbook, drawn by Excel from the cells of its sheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from publish.report.document import Table

UP, DOWN, LINE, BEFORE = "#00694B", "#B3261E", "#0072B2", "#767676"
WIDTH, HEIGHT, ROW_HEIGHT, SHOWN = 900, 340, 20, 20


@dataclass(frozen=True)
class Place:
    """Where a table lies: its sheet, and which of its columns are in it."""

    sheet: Worksheet
    table: Table
    kept: tuple[int, ...]

    def cells(self, title: str, most: int = 1_000) -> list[str | int]:
        """The column of that title as Excel's charts name cells."""
        at = [self.table.columns[place].title for place in self.kept].index(title)
        return [self.sheet.get_name(), 1, at, min(most, len(self.table.rows)), at]


def add_charts(book: Workbook, sheet: Worksheet, places: dict[str, Place]) -> None:
    drawn = [
        _changes(book, places["movers_up"], "Up: change of the week in percent", UP),
        _changes(book, places["movers_down"], "Down: change of the week in percent", DOWN),
        _breadth(book, places["breadth_history"]),
        _curve(book, places["treasuries"]),
    ]
    row = 0
    for chart, height in (one for one in drawn if one):
        chart.set_size({"width": WIDTH, "height": height})
        sheet.insert_chart(row, 0, chart)
        row += height // ROW_HEIGHT + 2
    if not row:
        sheet.write_string(0, 0, "Nothing of this week is there to be drawn.")
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _changes(book: Workbook, place: Place, title: str, colour: str) -> tuple[Any, int] | None:
    if not place.table.rows:
        return None
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "Change in percent",
            "categories": place.cells("Symbol", SHOWN),
            "values": place.cells("Change", SHOWN),
            "fill": {"color": colour},
            "gap": 40,
            "data_labels": {"value": True, "num_format": "+0.00;-0.00"},
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    # The first row on top; the names stay at the edge where bars go to the left.
    chart.set_y_axis({"reverse": True, "label_position": "low"})
    chart.set_x_axis({"num_format": "0.0", "label_position": "low"})
    return chart, 110 + 24 * min(SHOWN, len(place.table.rows))


def _breadth(book: Workbook, place: Place) -> tuple[Any, int] | None:
    if not place.table.rows:
        return None
    columns = book.add_chart({"type": "column"})
    for title, colour in (("Up", UP), ("Down", DOWN)):
        columns.add_series(
            {
                "name": title,
                "categories": place.cells("Date"),
                "values": place.cells(title),
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    line = book.add_chart({"type": "line"})
    line.add_series(
        {
            "name": "A/D line",
            "categories": place.cells("Date"),
            "values": place.cells("A/D line"),
            "y2_axis": True,
            "line": {"color": LINE, "width": 2},
        }
    )
    columns.combine(line)
    columns.set_title(
        {"name": "Stocks up and down by session, and the A/D line", "name_font": {"size": 12}}
    )
    columns.set_x_axis({"date_axis": True, "num_format": "d mmm", "major_unit": 7})
    columns.set_y_axis({"name": "Stocks"})
    line.set_y2_axis({"name": "A/D line"})
    columns.set_legend({"position": "bottom"})
    return columns, HEIGHT


def _curve(book: Workbook, place: Place) -> tuple[Any, int] | None:
    if not place.table.rows:
        return None
    chart = book.add_chart({"type": "line"})
    for title, colour in (("Yield %", LINE), ("Before %", BEFORE)):
        chart.add_series(
            {
                "name": title,
                "categories": place.cells("Symbol"),
                "values": place.cells(title),
                "line": {"color": colour, "width": 2},
                "marker": {"type": "circle", "fill": {"color": colour}},
            }
        )
    chart.set_title({"name": "Treasury curve", "name_font": {"size": 12}})
    chart.set_y_axis({"name": "Yield in percent", "num_format": "0.00", "min": _floor(place)})
    chart.set_legend({"position": "bottom"})
    return chart, HEIGHT


def _floor(place: Place) -> float:
    """Yields lie close together far from zero."""
    values = [float(one) for row in place.table.rows for one in row.cells[2:4] if one is not None]
    return int(min(values) * 2 - 0.5) / 2
