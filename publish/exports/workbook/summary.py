"""The sheet that a person opens first for prices: last close, change, strength and a sparkline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
from xlsxwriter.utility import xl_range_abs

from publish.exports.formulas import harmless
from publish.exports.workbook.looks import DARK, GREEN, RED, Looks, coloured, printed
from publish.exports.workbook.sheets import Span, TableSheets

NAME = "Summary"
SESSIONS = 60
CHART_SYMBOLS = 40
# Up to so many sessions the chart names each month, beyond each quarter.
MONTHLY = 260
COLUMNS = (
    ("symbol", 14), ("name", 30), ("last session", 13), ("close", 13), ("change_pct", 13),
    ("rsi_14", 10), (f"closes of {SESSIONS} sessions", 34),
)  # fmt: skip
FIRST_ROW = 3


@dataclass
class Trail:
    """One symbol's daily bars: its last values and where its newest rows stand."""

    sheet: str
    first_row: int
    last_row: int
    day: date
    close: float
    before: float | None


class Summary:
    """Looks on while tables are written, and draws its sheet in the end."""

    def __init__(self, sheet: Any) -> None:
        self._sheet = sheet
        self._trails: dict[str, Trail] = {}
        self._names: dict[str, str] = {}
        self._strengths: dict[str, float | None] = {}
        self._closes_at = 0
        self._index: tuple[str, int, int, int] | None = None
        self._index_low: float | None = None

    def saw(self, sheets: TableSheets, rows: pa.Table, spans: Sequence[Span]) -> None:
        columns = rows.column_names
        table = sheets.shape.name
        if table == "daily_bars" and {"symbol", "session_date", "close"} <= set(columns):
            self._closes_at = sheets.column("close")
            for span in spans:
                self._follow(rows.slice(span.start, span.count), span)
        elif table == "instruments" and "name" in columns:
            self._names |= dict(_pairs(rows, "symbol", "name"))
        elif table == "technical_indicators" and "rsi_14" in columns:
            self._strengths |= dict(_pairs(rows, "symbol", "rsi_14"))
        elif table == "market_summary" and "index_close" in columns and spans:
            first = self._index[3] if self._index else 1
            last = spans[-1].row + spans[-1].count - 1
            self._index = (spans[-1].sheet, sheets.column("index_close"), last, first)
            closes = [float(one) for one in rows["index_close"].to_pylist() if one is not None]
            self._index_low = min(filter(None, [*closes, self._index_low]), default=None)

    def draw(self, book: Any, looks: Looks) -> None:
        """Nothing to show: the sheet is hidden."""
        if not self._trails:
            self._sheet.hide()
            return
        sheet = self._sheet
        sheet.hide_gridlines(2)
        printed(sheet, is_one_page_wide=True)
        sheet.freeze_panes(FIRST_ROW, 1)
        for at, (_, wide) in enumerate(COLUMNS):
            # Names come with the instruments, if those are exported too.
            sheet.set_column(at, at, wide, None, {"hidden": at == 1 and not self._names})
        sheet.write_string(0, 0, "Summary of the daily bars", looks.title)
        for at, (header, _) in enumerate(COLUMNS):
            look = looks.number_header if 2 < at < 6 else looks.header
            sheet.write_string(FIRST_ROW - 1, at, header, look)
        for row, (symbol, trail) in enumerate(self._trails.items(), start=FIRST_ROW):
            self._line(row, symbol, trail, looks)
        last = FIRST_ROW + len(self._trails) - 1
        for at, name in ((4, "change_pct"), (5, "rsi_14")):
            coloured(sheet, name, at, FIRST_ROW, last)
        self._charts(book, min(last, FIRST_ROW + CHART_SYMBOLS - 1))

    def _follow(self, rows: pa.Table, span: Span) -> None:
        """Rows come by symbol and time, so a symbol's are in one piece, a sheet's end apart."""
        values = zip(
            rows["symbol"].to_pylist(),
            rows["session_date"].to_pylist(),
            rows["close"].cast(pa.float64()).to_pylist(),
            strict=True,
        )
        for row, (symbol, day, close) in enumerate(values, start=span.row):
            if close is None:
                continue
            trail = self._trails.get(symbol)
            if trail is None or trail.sheet != span.sheet:
                before = trail.close if trail else None
                self._trails[symbol] = Trail(span.sheet, row, row, day, close, before)
            else:
                trail.last_row, trail.day = row, day
                trail.before, trail.close = trail.close, close

    def _line(self, row: int, symbol: str, trail: Trail, looks: Looks) -> None:
        sheet = self._sheet
        sheet.set_row(row, 22)
        sheet.write_string(row, 0, harmless(symbol), looks.bold)
        sheet.write_string(row, 1, harmless(self._names.get(symbol) or ""))
        sheet.write_datetime(row, 2, trail.day, looks.cells["date"])
        sheet.write_number(row, 3, trail.close, looks.cells["price"])
        if trail.before:
            change = 100 * (trail.close / trail.before - 1)
            sheet.write_number(row, 4, change, looks.cells["percent"])
        strength = self._strengths.get(symbol)
        if strength is not None:
            sheet.write_number(row, 5, strength, looks.cells["percent"])
        first = max(trail.first_row, trail.last_row - SESSIONS + 1)
        if first < trail.last_row:
            shown = xl_range_abs(first, self._closes_at, trail.last_row, self._closes_at)
            # Columns, as LibreOffice prints no lines of sparklines.
            options = {
                "range": f"'{trail.sheet}'!{shown}", "type": "column", "series_color": DARK,
                "high_point": True, "low_point": True, "high_color": GREEN, "low_color": RED,
            }  # fmt: skip
            sheet.add_sparkline(row, len(COLUMNS) - 1, options)

    def _charts(self, book: Any, last: int) -> None:
        chart = book.add_chart({"type": "column"})
        chart.add_series(
            {
                "name": "change, %",
                "categories": [NAME, FIRST_ROW, 0, last, 0],
                "values": [NAME, FIRST_ROW, 4, last, 4],
                "fill": {"color": GREEN},
                "invert_if_negative": True,
                "invert_if_negative_color": RED,
                "gap": 60,
            }
        )
        chart.set_title({"name": "Change of the last session, %", "name_font": {"size": 12}})
        chart.set_x_axis({"label_position": "low", "num_font": {"rotation": -45, "size": 8}})
        self._placed(chart, FIRST_ROW - 1)
        if self._index:
            sheet, column, last_row, first_row = self._index
            line = book.add_chart({"type": "line"})
            line.add_series(
                {
                    "name": "index close",
                    "categories": [sheet, first_row, 0, last_row, 0],
                    "values": [sheet, first_row, column, last_row, column],
                    "line": {"color": DARK, "width": 1.5},
                }
            )
            line.set_title({"name": "Index, close of each session", "name_font": {"size": 12}})
            line.set_x_axis(
                {
                    "date_axis": True,
                    "num_format": "mmm yyyy",
                    "num_font": {"size": 8},
                    "major_unit": 1 if last_row - first_row < MONTHLY else 3,
                    "major_unit_type": "months",
                }
            )
            self._placed(line, FIRST_ROW + 16, floor=below(self._index_low))

    def _placed(self, chart: Any, row: int, floor: float | None = None) -> None:
        chart.set_legend({"none": True})
        chart.set_size({"width": 720, "height": 340})
        gridlines = {"visible": True, "line": {"color": "#E3E8EF"}}
        chart.set_y_axis({"major_gridlines": gridlines, "min": floor})
        self._sheet.insert_chart(row, len(COLUMNS) + 1, chart)


def below(value: float | None) -> float | None:
    """A round number a little below: levels lie close together far from zero."""
    if not value or value < 10:
        return None
    step = 10 ** (len(str(int(value))) - 2)
    return float(value * 0.98 // step * step)


def _pairs(rows: pa.Table, key: str, value: str) -> list[tuple[str, Any]]:
    return list(zip(rows[key].to_pylist(), rows[value].to_pylist(), strict=True))
