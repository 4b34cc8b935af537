"""CSV: text in quotes, an empty text is "" and a null is nothing, formulas are made harmless."""

from __future__ import annotations

from publish.exports.formulas import harmless, harmless_sql
from publish.exports.lines import LinesOfTables, text_of
from publish.exports.tables import Column, Shape, quoted


class Writer(LinesOfTables):
    name = "csv"
    ending = "csv"

    def header(self, shape: Shape) -> str:
        return (
            ",".join('"' + harmless(name).replace('"', '""') + '"' for name in shape.names) + "\n"
        )

    def line(self, shape: Shape) -> str:
        """`concat` takes a null for nothing."""
        cells = ", ',', ".join(map(_cell, shape.columns))
        return f"concat({cells}, chr(10))"


def _cell(column: Column) -> str:
    if column.kind != "text":
        return text_of(column)
    text = harmless_sql(quoted(column.name))
    return f"'\"' || replace({text}, '\"', '\"\"') || '\"'"
