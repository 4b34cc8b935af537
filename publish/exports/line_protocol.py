"""InfluxDB line protocol: the table is the measurement, its key the tags, the rest are fields."""

from __future__ import annotations

from publish.exports.lines import LinesOfTables, literal, text_of
from publish.exports.tables import Column, Shape, quoted

# Whole nanoseconds from here to there fit into the 64 bits of a timestamp.
FIRST, LAST = "1677-09-22", "2262-04-11"


class Writer(LinesOfTables):
    name = "lineprotocol"
    ending = "lp"

    def lacks(self, shape: Shape) -> str:
        if shape.time is None:
            return "its rows are about no moment"
        return "" if shape.key else "nobody said what its key is, and points alike overwrite"

    def line(self, shape: Shape) -> str:
        """Null where a row has no field at all or lies outside the times that there are."""
        time = shape.time
        assert time is not None
        at = f"cast({quoted(time.name)} as timestamp)"
        tags = [one for one in shape.columns if _is_tag(shape, one)]
        fields = [one for one in shape.columns if one not in tags and one != time]
        measurement = literal(_escaped_name(shape.name))
        begun = ", ".join([measurement, *map(_tag, tags)])
        joined = f"concat_ws(',', {', '.join(map(_field, fields))})"
        return (
            f"case when {joined} <> '' and {at} between '{FIRST}' and '{LAST}'"
            f" then concat({begun}, ' ', {joined}, ' ', epoch_ns({at}), chr(10)) end"
        )


def _is_tag(shape: Shape, column: Column) -> bool:
    return column != shape.time and (column.name in shape.key or column.name == "symbol")


def _escaped_name(name: str) -> str:
    """Of a measurement, a tag or a field."""
    for sign in ",= ":
        name = name.replace(sign, f"\\{sign}")
    return name


def _tag(column: Column) -> str:
    """No tag is empty, holds a line's end, or ends in what would escape the sign after it."""
    escaped = f"rtrim(regexp_replace({text_of(column)}, '[\\r\\n]+', ' ', 'g'), '\\')"
    for sign in ",= ":
        escaped = f"replace({escaped}, '{sign}', '\\{sign}')"
    name = literal(f",{_escaped_name(column.name)}=")
    return f"case when {escaped} <> '' then {name} || {escaped} else '' end"


def _field(column: Column) -> str:
    name, value = literal(f"{_escaped_name(column.name)}="), quoted(column.name)
    match column.kind:
        case "integer":
            return f"{name} || {text_of(column)} || 'i'"
        case "double":
            return f"case when isfinite({value}) then {name} || {text_of(column)} end"
        case "decimal" | "boolean":
            return f"{name} || {text_of(column)}"
    text = f"replace(replace({text_of(column)}, '\\', '\\\\'), '\"', '\\\"')"
    return f"{name} || '\"' || {text} || '\"'"
