"""How cells look: number formats, widths and colours, all told from a column's name and kind."""

from __future__ import annotations

import re
from typing import Any

from publish.exports.tables import Column

DARK = "#1F3A5F"
RED, WHITE, GREEN, BLUE, ORANGE = "#E67C73", "#FFFFFF", "#57BB8A", "#6FA8DC", "#F6B26B"
FORMATS = {
    # For LibreOffice, which shows some truths as 1; Excel knows them anyway.
    "boolean": '"TRUE";"TRUE";"FALSE"',
    "date": "yyyy-mm-dd",
    "time": "hh:mm:ss",
    "plain": "0",
    "whole": "#,##0",
    "percent": "0.00",
    "price": "#,##0.00####",
}
WHOLE = re.compile(r"volume|count|turnover|obv|bytes|^rows$|held|expected|missing|excused")
PERCENT = re.compile(r"_pct$|^rsi_|share|_k$|_d$|adx|_di_|williams|mfi")
CHANGE = re.compile(r"(^|_)(change|return)s?(_pct)?$|_change_pct$|_pct$")
STRENGTH = re.compile(r"^rsi_")


class Looks:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        shown = {name: {"num_format": text} for name, text in FORMATS.items()}
        self.cells = {name: book.add_format(one) for name, one in shown.items()}
        header = {"bold": True, "font_color": WHITE, "bg_color": DARK, "valign": "vcenter"}
        self.header = book.add_format(header)
        self.number_header = book.add_format(header | {"align": "right"})
        self.title = book.add_format({"bold": True, "font_size": 16, "font_color": DARK})
        self.faint = book.add_format({"font_color": "#5F6B7A"})
        self.bold = book.add_format({"bold": True})
        self.link = book.get_default_url_format()

    def of(self, column: Column) -> Any:
        """None for text, which needs no format."""
        name = number_format(column)
        return self.cells[name] if name else None


def number_format(column: Column) -> str:
    if column.kind in ("boolean", "date"):
        return column.kind
    if column.kind == "integer":
        return "whole" if WHOLE.search(column.name) else "plain"
    if column.kind in ("decimal", "double"):
        if WHOLE.search(column.name):
            return "whole"
        return "percent" if PERCENT.search(column.name) else "price"
    return ""


def width(header: str, kind: str, longest: int) -> float:
    """Wide enough for the name with its filter's arrow, and for the text below it."""
    least = {"time": 10, "boolean": 8}.get(kind, 11)
    return min(max(len(header) + 4, least, longest + 2), 50)


def printed(sheet: Any, is_one_page_wide: bool) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_footer("&L&A&Rpage &P of &N")
    if is_one_page_wide:
        sheet.fit_to_pages(1, 0)


def coloured(sheet: Any, name: str, column: int, first_row: int, last_row: int) -> None:
    """Changes from red over white to green; strengths from blue at 30 to orange at 70."""
    scale: dict[str, Any] = {"type": "3_color_scale"}
    if STRENGTH.search(name):
        scale |= {"min_color": BLUE, "mid_color": WHITE, "max_color": ORANGE}
        scale |= {"min_type": "num", "mid_type": "num", "max_type": "num"}
        scale |= {"min_value": 30, "mid_value": 50, "max_value": 70}
    elif CHANGE.search(name):
        scale |= {"min_color": RED, "mid_color": WHITE, "max_color": GREEN}
        scale |= {"min_type": "percentile", "mid_type": "num", "max_type": "percentile"}
        scale |= {"min_value": 2, "mid_value": 0, "max_value": 98}
    else:
        return
    sheet.conditional_format(first_row, column, last_row, column, scale)
