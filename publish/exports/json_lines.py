"""JSON Lines: one object a row; decimals are numbers with all their digits."""

from __future__ import annotations

from publish.exports.lines import LinesOfTables, text_of
from publish.exports.tables import Column, Shape, quoted


class Writer(LinesOfTables):
    name = "json"
    ending = "jsonl"

    def line(self, shape: Shape) -> str:
        fields = ", ".join(f"{quoted(one.name)} := {_value(one)}" for one in shape.columns)
        return f"cast(to_json(struct_pack({fields})) as varchar) || chr(10)"


def _value(column: Column) -> str:
    if column.kind in ("instant", "date"):
        return text_of(column)
    if column.kind == "double":
        # JSON has no word for what is not finite.
        return f"case when isfinite({quoted(column.name)}) then {quoted(column.name)} end"
    return quoted(column.name)
