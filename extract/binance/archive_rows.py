"""Reads a CSV of the archive as Arrow: exact decimals at once, doubtful lines one by one."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from extract.binance.settings import MOST_MILLISECONDS

PRICE = pa.decimal128(18, 8)
VOLUME = pa.decimal128(24, 8)
WHOLE = pa.int64()
FLAG = pa.bool_()
TEXT = pa.string()

# What surely casts; a line of which one cell does not look so is doubtful.
SHAPES = {
    PRICE: r"^-?\d{1,10}(\.\d{1,8})?$",
    VOLUME: r"^-?\d{1,16}(\.\d{1,8})?$",
    WHOLE: r"^-?\d{1,18}$",
    FLAG: r"^(True|False|true|false)$",
    TEXT: "",
}
TRUE, FALSE = ["True", "true"], ["False", "false"]
UNUSUAL = "the line is written in an unusual way"
BLOCK = 4 * 1024 * 1024


class Lines(NamedTuple):
    """The lines that could be typed, and the fields of those that could not."""

    typed: pa.Table
    doubtful: list[list[str]]


def read(content: bytes, columns: Mapping[str, pa.DataType]) -> Lines:
    """Every line is in one of the two; a line of names at the top is none."""
    if content[:1].isalpha():
        content = content.partition(b"\n")[2]
    nothing = pa.schema(list(columns.items())).empty_table()
    if not content.strip():
        return Lines(nothing, [])
    try:
        typed = _parsed(content, columns, dict(columns))
        if not any(_overflows(typed[name], kind) for name, kind in columns.items()):
            return Lines(typed, [])
    except pa.ArrowInvalid:
        pass
    doubtful: list[list[str]] = []

    def odd(row: csv.InvalidRow) -> str:
        doubtful.append(str(row.text or "").split(","))
        return "skip"

    try:
        texts = _parsed(content, columns, dict.fromkeys(columns, TEXT), odd)
    except pa.ArrowInvalid:
        # Not even text: all of it is told as one row.
        return Lines(nothing, [[content[:1000].decode("utf-8", "replace")]])
    sure = pa.array([True] * texts.num_rows)
    for name, kind in columns.items():
        sure = pc.and_(sure, pc.match_substring_regex(texts[name], SHAPES[kind]))
    doubtful += [list(row.values()) for row in texts.filter(pc.invert(sure)).to_pylist()]
    good = texts.filter(sure)
    cast = [_cast(good[name], kind) for name, kind in columns.items()]
    return Lines(pa.table(cast, names=list(columns)), doubtful)


def _parsed(
    content: bytes,
    names: Mapping[str, pa.DataType],
    types: dict[str, pa.DataType],
    odd: object = None,
) -> pa.Table:
    return csv.read_csv(
        io.BytesIO(content),
        csv.ReadOptions(column_names=list(names), use_threads=False, block_size=BLOCK),
        csv.ParseOptions(quote_char=False, invalid_row_handler=odd),
        csv.ConvertOptions(
            column_types=types, null_values=[], true_values=TRUE, false_values=FALSE
        ),
    )


def _overflows(column: pa.ChunkedArray, kind: pa.DataType) -> bool:
    """Arrow holds more digits than the type names and says nothing."""
    if not pa.types.is_decimal(kind) or not len(column):
        return False
    bounds = pc.min_max(column).as_py()
    most = 10 ** (kind.precision - kind.scale)
    return bool(max(abs(bounds["min"]), abs(bounds["max"])) >= most)


def _cast(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind == FLAG:
        return pc.equal(pc.utf8_lower(column), "true")
    return column.cast(kind)


def milliseconds(stamps: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as the API gives them: files count in microseconds from 2025 on."""
    return pc.if_else(pc.greater(stamps, MOST_MILLISECONDS), pc.divide(stamps, 1000), stamps)


def microseconds(stamps: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times with all that a file says of them."""
    return pc.if_else(pc.greater(stamps, MOST_MILLISECONDS), stamps, pc.multiply(stamps, 1000))


def as_given(fields: list[str], columns: Mapping[str, pa.DataType]) -> list[object]:
    """The fields of a doubtful line as the API would send them, to be judged like its rows."""
    given: list[object] = list(fields)
    for place, (text, (name, kind)) in enumerate(zip(fields, columns.items(), strict=False)):
        if kind == WHOLE and text.isascii() and text.isdecimal():
            number = int(text)
            is_time = name.endswith(("_time", "_at")) and number > MOST_MILLISECONDS
            given[place] = number // 1000 if is_time else number
        elif kind == FLAG and text in TRUE + FALSE:
            given[place] = text in TRUE
    return given
