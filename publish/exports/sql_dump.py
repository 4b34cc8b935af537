"""A dump in SQL that PostgreSQL loads: tables and batched inserts in one transaction."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from publish.exports.formats import Format, Stamp, Written
from publish.exports.lines import ROW, LineFile, literal, text_of
from publish.exports.tables import Column, Shape, quoted

FILE = "tapehouse.sql"
TYPES = {
    "text": "text",
    "double": "double precision",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamp",
}


class Writer(Format):
    """One file for all tables, so that all of them arrive or none does."""

    name = "sql"

    def __init__(self, place: Path, stamp: Stamp) -> None:
        super().__init__(place, stamp)
        self._path = place / FILE
        self._tables: list[str] = []
        self._file = LineFile(self._path)
        known = f", as of {stamp.as_of} UTC" if stamp.as_of else ""
        self._file.text(
            f"-- Tapehouse, export {stamp.run_id} of {stamp.exported_at} UTC{known}.\n"
            "-- Instants are UTC. Load it with: psql --set ON_ERROR_STOP=1 --file " + FILE + "\n"
            "set client_encoding = 'UTF8';\nbegin;\n"
        )
        self._before = 0

    def open(self, shape: Shape) -> None:
        self._tables.append(shape.name)
        self._before = self._file.row_count
        declared = [f"    {quoted(one.name)} {_type(one)}" for one in shape.columns]
        if shape.key:
            # Unique and not the primary key: a part of some keys may be null.
            declared.append(f"    unique ({', '.join(map(quoted, shape.key))})")
        columns = ",\n".join(declared)
        self._file.text(f"\ncreate table {quoted(shape.name)} (\n{columns}\n);\n")
        self._line = self._row(shape)

    def write(self, rows: pa.Table) -> None:
        self._file.rows(rows, self._line)

    def close(self) -> None:
        if self._file.row_count > self._before:
            self._file.text(";\n")

    def finish(self) -> list[Written]:
        self._file.text("\ncommit;\n")
        self._file.close()
        return [self.sealed(self._path, self._tables, self._file.row_count)]

    def drop(self) -> None:
        self._file.close()

    def _row(self, shape: Shape) -> str:
        """Before its values stands what ends the row before it, or begins a batch."""
        names = ", ".join(map(quoted, shape.names))
        begun = f"insert into {quoted(shape.name)} ({names}) values\n"
        number = f"({ROW} - {self._before})"
        before = (
            f"case when {number} = 0 then {literal(begun)}"
            f" when {number} % {self.stamp.batch_size} = 0 then {literal(';' + chr(10) + begun)}"
            f" else {literal(',' + chr(10))} end"
        )
        values = ", ', ', ".join(f"coalesce({_value(one)}, 'null')" for one in shape.columns)
        return f"concat({before}, '(', {values}, ')')"


def _type(column: Column) -> str:
    if column.kind == "decimal":
        return column.declared.replace("DECIMAL", "numeric")
    if column.kind == "integer":
        wide = {"BIGINT": "bigint", "UINTEGER": "bigint", "UBIGINT": "numeric(20)"}
        return wide.get(column.declared, "integer")
    return TYPES[column.kind]


def _value(column: Column) -> str:
    name = quoted(column.name)
    text = f"cast({name} as varchar)"
    match column.kind:
        case "text":
            # PostgreSQL has no text with a zero byte in it.
            return f"'''' || replace(replace({text}, chr(0), ''), '''', '''''') || ''''"
        case "date" | "instant":
            return f"'''' || {text} || ''''"
        case "double":
            named = {"NaN": f"isnan({name})", "Infinity": f"{name} = 'infinity'"}
            named["-Infinity"] = f"{name} = '-infinity'"
            told = " ".join(f"when {when} then '''{word}'''" for word, when in named.items())
            return f"case {told} else {text} end"
    return text_of(column)
