"""Parquet: typed as the table is, instants as UTC; the same rows give the same bytes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from publish.exports.formats import Format, Stamp, Written
from publish.exports.selection import BATCH_ROWS
from publish.exports.tables import Column, Shape

KINDS = {
    "text": pa.string(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us", tz="UTC"),
}


class Writer(Format):
    name = "parquet"

    def __init__(self, place: Path, stamp: Stamp) -> None:
        super().__init__(place, stamp)
        self._written: list[Written] = []
        self._file: pq.ParquetWriter | None = None

    def open(self, shape: Shape) -> None:
        self._shape = shape
        self._path = self.place / f"{shape.name}.parquet"
        self._row_count = 0
        self._schema = pa.schema([(one.name, _type(one)) for one in shape.columns])
        self._file = pq.ParquetWriter(
            self._path,
            self._schema,
            compression="zstd",
            compression_level=3,
            version="2.6",
            write_page_checksum=True,
        )

    def write(self, rows: pa.Table) -> None:
        assert self._file
        self._file.write_table(rows.cast(self._schema), row_group_size=BATCH_ROWS)
        self._row_count += rows.num_rows

    def close(self) -> None:
        assert self._file
        self._file.close()
        self._written.append(self.sealed(self._path, [self._shape.name], self._row_count))

    def finish(self) -> list[Written]:
        return self._written

    def drop(self) -> None:
        if self._file:
            self._file.close()


def _type(column: Column) -> pa.DataType:
    if column.kind == "decimal":
        return pa.decimal128(column.precision, column.scale)
    if column.kind == "integer":
        named = {"TINYINT": 8, "SMALLINT": 16, "INTEGER": 32, "BIGINT": 64}
        bits = named[column.declared.removeprefix("U")]
        made = getattr(pa, f"{'u' if column.declared.startswith('U') else ''}int{bits}")
        return made()
    return KINDS[column.kind]
