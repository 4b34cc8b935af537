"""What the walks are made of: rows of the copy, and the tree that is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

Row = dict[str, Any]


@dataclass
class Node:
    """One station of a walk: what people read, and the same as facts for programs."""

    kind: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)


def rows(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()
) -> list[Row]:
    """The rows of a query whose `?` stand for values.

    They are written into it: for bound ones DuckDB imports pandas, which takes ten walks' time.
    """
    first, *rest = query.split("?")
    text = first + "".join(literal(value) + part for value, part in zip(values, rest, strict=True))
    result = connection.execute(text)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def literal(value: int | str | date | Sequence[str] | None) -> str:
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return f"timestamp '{value.isoformat(' ')}'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"cast([{', '.join(map(literal, value))}] as varchar[])"


def told(value: Any) -> str:
    """A value as people write it: no trailing zeros, instants in UTC."""
    if value is None:
        return "null"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, datetime):
        return value.isoformat(" ")
    return str(value)


def listed(row: Mapping[str, Any], *without: str) -> str:
    return ", ".join(f"{name} {told(value)}" for name, value in row.items() if name not in without)
