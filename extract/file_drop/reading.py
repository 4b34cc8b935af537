"""Reads a dropped file into rows of untouched cells: nothing is guessed, texts stay texts."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import PurePath
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from extract.file_drop.settings import DELIMITERS, JSON, REQUIRED, WANTED
from extract.outcomes import FetchFailed, Outcome

CELL_LIMIT = 10_000


class Line(NamedTuple):
    """A row with its place in the file; `problem` says why it has no cells."""

    number: int
    cells: dict[str, Any]
    text: str
    problem: str | None = None


def unreadable(reason: str) -> FetchFailed:
    return FetchFailed(Outcome.MALFORMED, reason, final=True)


def lines(name: str, body: bytes) -> Iterator[Line]:
    """Raises only for a file that cannot be read at all; bad rows come out with their problem."""
    if not body.strip():
        raise unreadable("the file is empty")
    if body.startswith(b"PAR1"):
        return _parquet(body)
    if PurePath(name).suffix.lower() in JSON:
        return _json(_text(body))
    return _delimited(_text(body))


def symbol_cells(name: str, body: bytes) -> Iterator[Any]:
    """Only the symbols; a Parquet file is not read further than that column."""
    if body.startswith(b"PAR1"):
        table = _parquet_table(body, ("symbol",))
        return iter(table.column(0).to_pylist())
    return (line.cells.get("symbol") for line in lines(name, body))


def _text(body: bytes) -> str:
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    elif body[1:2] == b"\0":
        encoding = "utf-16-le"
    elif body[:1] == b"\0":
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise unreadable(f"neither UTF-8 nor UTF-16: byte {error.start}") from None


def _delimited(text: str) -> Iterator[Line]:
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=header_line.count)
    csv.field_size_limit(CELL_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _header(next(row for row in reader if any(cell.strip() for cell in row)))
    except (csv.Error, StopIteration) as error:
        raise unreadable(f"no header: {error}") from None
    return _delimited_rows(reader, header, delimiter)


def _delimited_rows(reader: Any, header: list[str], delimiter: str) -> Iterator[Line]:
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield Line(reader.line_num, {}, "", f"not a readable line: {error}")
            continue
        if row is None:
            return
        if not any(cell.strip() for cell in row):
            continue
        text = delimiter.join(row)
        if len(row) != len(header):
            problem = f"{len(row)} cells under a header of {len(header)}"
            yield Line(reader.line_num, {}, text, problem)
            continue
        cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
        yield Line(reader.line_num, {name: cells[name] for name in WANTED if name in cells}, text)


def _header(names: list[str]) -> list[str]:
    found = [name.strip().strip("\ufeff").lower() for name in names]
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise unreadable(f"no column {', '.join(missing)} in the header")
    if "date" not in found and "opened_at" not in found:
        raise unreadable("neither a column date nor a column opened_at in the header")
    doubled = sorted({name for name in found if name in WANTED and found.count(name) > 1})
    if doubled:
        raise unreadable(f"column {', '.join(doubled)} stands twice in the header")
    return found


def _json(text: str) -> Iterator[Line]:
    if text.lstrip().startswith("["):
        try:
            rows = _loads(text)
        except (ValueError, RecursionError) as error:
            raise unreadable(f"not JSON: {error}") from None
        return (_object(number, row) for number, row in enumerate(rows, start=1))
    return _json_lines(text)


def _json_lines(text: str) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield _object(number, _loads(line))
        except (ValueError, RecursionError) as error:
            yield Line(number, {}, line[:CELL_LIMIT], f"not JSON: {error}")


def _object(number: int, row: Any) -> Line:
    text = json.dumps(row, default=str)
    if not isinstance(row, dict):
        return Line(number, {}, text, "not an object with named fields")
    named = {str(name).strip().lower(): cell for name, cell in row.items()}
    return Line(number, {name: named[name] for name in WANTED if name in named}, text)


def _loads(text: str) -> Any:
    """Numbers keep their digits, and NaN stays a word that no column takes."""
    return json.loads(text, parse_float=Decimal, parse_constant=str)


def _parquet(body: bytes) -> Iterator[Line]:
    table = _parquet_table(body, WANTED)
    return _parquet_rows(table)


def _parquet_rows(table: pa.Table) -> Iterator[Line]:
    number = 0
    for batch in table.to_batches(max_chunksize=10_000):
        for cells in batch.to_pylist():
            number += 1
            yield Line(number, cells, json.dumps(cells, default=str))


def _parquet_table(body: bytes, wanted: tuple[str, ...]) -> pa.Table:
    try:
        file = pq.ParquetFile(pa.BufferReader(body), page_checksum_verification=True)
        names = {name.strip().lower(): name for name in file.schema_arrow.names}
        _header(list(file.schema_arrow.names))
        table = file.read(columns=[names[name] for name in wanted if name in names])
    except (pa.ArrowException, OSError) as error:
        raise unreadable(f"not a readable Parquet file: {error}") from None
    return table.rename_columns([name.strip().lower() for name in table.schema.names])
