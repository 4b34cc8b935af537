"""The report as an Excel workbook: a sheet for each table, numbers as numbers."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from publish.report.document import Report, Table
from publish.report.formats import CHANGES, WORKBOOK
from publish.report.workbook_charts import Place, add_charts

INDEX, CHARTS = "Index", "Charts"
EXTRA = ("Runs", "Trace")
# The instant at which every workbook says that it was made, or equal reports would differ.
MADE_AT = datetime(2000, 1, 1)
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
HEAT = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": 0.5,
    "mid_value": 0.95,
    "max_value": 1,
    "min_color": "#EF9A9A",
    "mid_color": "#FDE2B0",
    "max_color": "#D9EFE2",
}
WIDEST, LINE_HEIGHT = 60, 15


def write(report: Report, path: Path) -> None:
    with Workbook(
        path,
        {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": WORKBOOK["instant"],
        },
    ) as book:
        book.set_properties(
            {"title": f"Tapehouse: market week {report.week.name}", "created": MADE_AT}
        )
        formats = Formats(book)
        tables = list(report.tables)
        index, charts = book.add_worksheet(INDEX), book.add_worksheet(CHARTS)
        places = {table.key: _sheet(book, table, formats) for table in tables}
        _index(index, report, tables, places, formats)
        add_charts(book, charts, places)


class Formats:
    """One format for each kind of value, and those of heads and links."""

    def __init__(self, book: Workbook) -> None:
        self.kinds = {
            kind: book.add_format({"num_format": code, "valign": "top"})
            for kind, code in WORKBOOK.items()
        }
        self.head = book.add_format(
            {"bold": True, "bg_color": "#E8EDF2", "bottom": 1, "text_wrap": True, "valign": "top"}
        )
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.bold = book.add_format({"bold": True})
        self.text = book.add_format({"valign": "top", "align": "left", "indent": 1})
        self.wrapped = book.add_format(
            {"text_wrap": True, "valign": "top", "align": "left", "indent": 1}
        )
        self.up = book.add_format({"font_color": "#00694B"})
        self.down = book.add_format({"font_color": "#B3261E"})
        self.link = book.add_format({"font_color": "#00569E", "underline": 1, "valign": "top"})


def _sheet(book: Workbook, table: Table, formats: Formats) -> Place:
    sheet = book.add_worksheet((table.sheet or table.title)[:31])
    kept = [place for place, column in enumerate(table.columns) if column.kind != "spark"]
    columns = [table.columns[place] for place in kept]
    titles = [column.title for column in columns] + (list(EXTRA) if table.is_traced else [])
    for at, title in enumerate(titles):
        sheet.write_string(0, at, title, formats.head)
        if at < len(columns) and columns[at].note:
            sheet.write_comment(0, at, columns[at].note, {"x_scale": 2})
    widths = [len(title) + 3 for title in titles]
    for line, row in enumerate(table.rows, start=1):
        cells = [(columns[at].kind, row.cells[place]) for at, place in enumerate(kept)]
        if table.is_traced:
            cells += [("text", ", ".join(map(str, row.runs)) or None), ("text", row.trace or None)]
            if len(row.runs) == 1:
                cells[-2] = ("count", row.runs[0])
        needed = [_put(sheet, line, at, *cell, formats) for at, cell in enumerate(cells)]
        widths = [max(pair) for pair in zip(widths, needed, strict=True)]
        if (lines := max(-(-width // WIDEST) for width in needed)) > 1:
            sheet.set_row(line, LINE_HEIGHT * lines)
    if not table.rows:
        sheet.write_string(1, 0, table.empty, formats.text)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(width, WIDEST))
    sheet.set_row(0, LINE_HEIGHT * 1.3)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(table.rows)), len(titles) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&RPage &P of &N")
    _colour(sheet, table, kept, formats)
    return Place(sheet, table, tuple(kept))


def _put(sheet: Worksheet, line: int, at: int, kind: str, value: Any, formats: Formats) -> int:
    """Write a cell; return how wide it is."""
    if value is None:
        return 0
    if isinstance(value, bool | str):
        text = inert(str(value))
        sheet.write_string(line, at, text, formats.wrapped if len(text) > WIDEST else formats.text)
        return len(text) + 2
    if isinstance(value, datetime | date):
        sheet.write_datetime(line, at, value, formats.kinds.get(kind, formats.kinds["date"]))
        return 20 if isinstance(value, datetime) else 11
    number = float(value) if isinstance(value, Decimal) else value
    sheet.write_number(line, at, number, formats.kinds.get(kind, formats.text))
    return len(f"{number:,.2f}") + 1


def inert(text: str) -> str:
    """Text of others that would be read as a formula is kept from it, also after a CSV export."""
    return f"'{text}" if text.lstrip(" \N{NO-BREAK SPACE}").startswith(FORMULA_STARTS) else text


def _colour(sheet: Worksheet, table: Table, kept: list[int], formats: Formats) -> None:
    last = len(table.rows)
    for at, place in enumerate(kept):
        kind = table.columns[place].kind
        if last and kind == "heat":
            sheet.conditional_format(1, at, last, at, HEAT)
        if last and kind in CHANGES:
            for sign, form in ((">", formats.up), ("<", formats.down)):
                told = {"type": "cell", "criteria": sign, "value": 0, "format": form}
                sheet.conditional_format(1, at, last, at, told)


def _index(
    sheet: Worksheet,
    report: Report,
    tables: list[Table],
    places: dict[str, Place],
    formats: Formats,
) -> None:
    sheet.write_string(0, 0, f"Market week {report.week.name}", formats.title)
    known = f"What was landed up to file {report.known.file_seq}"
    if report.known.at:
        known += f", accepted {report.known.at:%Y-%m-%d %H:%M:%S} UTC"
    lines = [f"{report.week.words}. {known}."]
    if report.origin == "sandbox":
        lines.append("Sandbox data: a made-up market. No figure here is of a real instrument.")
    lines += [f"Missing: {line}" for line in report.lacking]
    for line, text in enumerate(lines, start=1):
        sheet.write_string(line, 0, inert(text))
    head = len(lines) + 2
    for at, title in enumerate(("Sheet", "Rows", "What it is")):
        sheet.write_string(head, at, title, formats.head)
    leads = {table.key: section.title for section in report.sections for table in section.tables}
    for line, table in enumerate(tables, start=head + 1):
        name = places[table.key].sheet.get_name()
        sheet.write_url(line, 0, f"internal:'{name}'!A1", formats.link, name)
        sheet.write_number(line, 1, len(table.rows), formats.kinds["count"])
        text = leads.get(table.key, "The runs that brought the figures")
        sheet.write_string(line, 2, text if table.rows else f"{text}: {table.empty}")
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 8)
    sheet.set_column(2, 2, 90)
    sheet.freeze_panes(head + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
