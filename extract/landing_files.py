"""Landing files as bytes: Parquet or CSV by one setting, the same rows either way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from extract.schemas import columns

NULL_TEXT = "\\N"


def write(path: Path, format: str, table: pa.Table) -> None:
    if format == "parquet":
        pq.write_table(table, path, compression="zstd", write_page_checksum=True)
        return
    with duckdb.connect() as connection:
        connection.register("landed", table)
        connection.execute(
            f"copy landed to {quoted(path)} "
            f"(format csv, header, force_quote *, nullstr '{NULL_TEXT}', "
            "timestampformat '%Y-%m-%d %H:%M:%S.%f')"
        )


def scan(path: Path, format: str, table: str) -> str:
    """The SQL that reads a landing file with its declared types; nothing is ever sniffed."""
    if format == "parquet":
        return f"read_parquet({quoted(path)})"
    declared = ", ".join(f"'{name}': '{kind}'" for name, kind in columns(table).items())
    return (
        f"read_csv({quoted(path)}, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '{NULL_TEXT}', columns = {{{declared}}}, "
        "timestampformat = '%Y-%m-%d %H:%M:%S.%f')"
    )


def part(path: Path, file_seq: int) -> str:
    """The rows of one accepted file among those of a compacted one, in their own order."""
    return (
        f"(select * from {scan(path, 'parquet', '')} where file_seq = {file_seq} "
        "order by row_number)"
    )


def nothing(table: str) -> str:
    """Of a file whose rows were all dropped."""
    nulls = ", ".join(f'cast(null as {kind}) as "{name}"' for name, kind in columns(table).items())
    return f"(select {nulls} limit 0)"


def read(source: str) -> pa.Table:
    with duckdb.connect() as connection:
        result: Any = connection.execute(f"select * from {source}")
        return result.to_arrow_table()


def quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
