"""Text files whose lines are made by DuckDB: one expression turns a row into its line."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from publish.exports.formats import Format, Stamp, Written
from publish.exports.tables import Column, Shape, quoted

ROW = "row_of_export"
PARTS = 2
NARROW = 18


class LineFile:
    """A file that is written batch by batch; the expression's text is the file, byte for byte."""

    def __init__(self, path: Path) -> None:
        self.row_count = 0
        self._file = path.open("wb")
        self._scribe = duckdb.connect(config={"preserve_insertion_order": "true"})

    def text(self, text: str) -> None:
        self._file.write(text.encode())

    def rows(self, rows: pa.Table, line: str) -> None:
        """`line` may name the columns and `row_of_export`; where it is null there is no line."""
        count = rows.num_rows
        numbers = pa.array(np.arange(self.row_count, self.row_count + count, dtype=np.int64))
        numbered = rows.append_column(ROW, numbers)
        # In a few parts, which DuckDB works at beside one another.
        parts = numbered.to_batches(max_chunksize=-(-count // PARTS))
        self._scribe.register("rows_of_batch", pa.Table.from_batches(parts))
        found: Any = self._scribe.execute(
            f"select line from (select {line} as line from rows_of_batch) where line is not null"
        )
        # A table and no stream of batches: only of a table do both parts work at once.
        made = found.to_arrow_table()
        for lines in made.column(0).chunks:
            self._file.write(_content(lines))
        self.row_count += made.num_rows
        self._scribe.unregister("rows_of_batch")

    def close(self) -> None:
        self._scribe.close()
        self._file.close()


def _content(lines: pa.Array) -> memoryview:
    """Arrow keeps the texts of a column one behind the other, just as a file wants them."""
    _, starts, texts = lines.buffers()
    width = np.int64 if pa.types.is_large_string(lines.type) else np.int32
    ends = np.frombuffer(starts, dtype=width)[lines.offset : lines.offset + len(lines) + 1]
    return memoryview(texts)[ends[0] : ends[-1]] if len(lines) else memoryview(b"")


def text_of(column: Column) -> str:
    """The value as text, null where it is null: instants as ISO 8601 in UTC, decimals in full."""
    name = quoted(column.name)
    if column.kind == "instant":
        return f"replace(cast({name} as varchar), ' ', 'T') || 'Z'"
    if column.kind == "decimal" and column.precision > NARROW:
        # The same digits ten times as fast, where they fit.
        narrow = f"try_cast({name} as decimal({NARROW}, {min(column.scale, NARROW)}))"
        return f"coalesce(cast({narrow} as varchar), cast({name} as varchar))"
    return f"cast({name} as varchar)"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


class LinesOfTables(Format):
    """A format of one text file a table."""

    ending: str

    def __init__(self, place: Path, stamp: Stamp) -> None:
        super().__init__(place, stamp)
        self._written: list[Written] = []
        self._file: LineFile | None = None

    def header(self, shape: Shape) -> str:
        return ""

    @abstractmethod
    def line(self, shape: Shape) -> str:
        """The expression that makes a row's line, its end included."""

    def open(self, shape: Shape) -> None:
        self._shape = shape
        self._path = self.place / f"{shape.name}.{self.ending}"
        self._file = LineFile(self._path)
        self._file.text(self.header(shape))
        self._line = self.line(shape)

    def write(self, rows: pa.Table) -> None:
        assert self._file
        self._file.rows(rows, self._line)

    def close(self) -> None:
        assert self._file
        self._file.close()
        self._written.append(self.sealed(self._path, [self._shape.name], self._file.row_count))

    def finish(self) -> list[Written]:
        return self._written

    def drop(self) -> None:
        if self._file:
            self._file.close()
