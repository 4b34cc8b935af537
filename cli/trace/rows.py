"""Rows of answers as a table for people or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from warehouse.logs import one_line


def table_of(rows: Sequence[Mapping[str, Any]], title: str) -> Table:
    """The columns of the first row are those of all."""
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(one_line(cell(value))) for value in row.values()))
    return table


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(cell(one) for one in value)
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Decimal):
        return f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    return str(value)


def echo_json(found: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(found, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    """What JSON lacks; a decimal stays exact as text."""
    if isinstance(value, Decimal | date):
        return cell(value)
    return vars(value)
