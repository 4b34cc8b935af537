"""Compacted files: the same rows in encodings that fit their columns, and the proof that they are.

Neighbouring rows are alike: whole numbers, instants and decimals are kept as differences, doubles
byte by byte. That halves what the usual encodings need, before zstd sees it.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from extract.schemas import LANDED_KEY

LEVEL = 12
LONGEST_INTEGER_DECIMAL = 18
ORDER = [(name, "ascending") for name in LANDED_KEY]


def ordered(table: pa.Table) -> pa.Table:
    return table.sort_by(ORDER)


def write(path: Path, table: pa.Table) -> None:
    encodings = {
        field.name: encoding for field in table.schema if (encoding := encoding_of(field.type))
    }
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=LEVEL,
        write_page_checksum=True,
        # A loader looks for the rows of a file; other statistics weigh more than they save.
        write_statistics=["file_seq"],
        store_schema=False,
        store_decimal_as_integer=True,
        use_dictionary=[name for name in table.column_names if name not in encodings],
        column_encoding=encodings,
    )


def encoding_of(kind: pa.DataType) -> str | None:
    """None for what is best kept as a dictionary."""
    if pa.types.is_decimal(kind):
        short = kind.precision <= LONGEST_INTEGER_DECIMAL
        return "DELTA_BINARY_PACKED" if short else "DELTA_BYTE_ARRAY"
    if pa.types.is_integer(kind) or pa.types.is_temporal(kind):
        return "DELTA_BINARY_PACKED"
    return "BYTE_STREAM_SPLIT" if pa.types.is_floating(kind) else None


def content_sha256(table: pa.Table) -> str:
    """Of the rows as CSV in the order of their key: the same whatever file holds them."""
    digest = hashlib.sha256()
    pa_csv.write_csv(ordered(table), pa.PythonFile(_Into(digest), mode="w"))
    return digest.hexdigest()


class _Into(io.RawIOBase):
    """A file that keeps nothing but the hash of what is written."""

    def __init__(self, digest: hashlib._Hash) -> None:
        self._digest = digest

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]
        self._digest.update(content)
        return len(content)
