"""Rows of answers as a table for people or as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from publish.trace.tree import told
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
    """What people need of a value; JSON has all of it."""
    if value is None:
        return ""
    if isinstance(value, list):
        return "; ".join(cell(one) for one in value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return told(value)


def echo_json(found: Mapping[str, Any]) -> None:
    typer.echo(json.dumps(found, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    """What JSON lacks; a decimal stays exact as text."""
    if isinstance(value, Decimal | date):
        return told(value)
    return vars(value)
