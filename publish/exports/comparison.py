"""Whether a file was made again alike, and where the first difference is."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow.parquet as pq

from warehouse.logs import one_line

# A workbook's own words about itself; everything else in it are cells and how they look.
ABOUT = "docProps/"
SHOWN = 160


def difference(kept: Path, again: Path, format: str) -> str:
    """Empty when a workbook has the same cells; otherwise where the two first differ."""
    if format == "xlsx":
        return _workbooks(kept, again)
    if format == "parquet":
        return _columns(kept, again)
    return _lines(kept, again)


def _workbooks(kept: Path, again: Path) -> str:
    with zipfile.ZipFile(kept) as one, zipfile.ZipFile(again) as other:
        names = [
            {name for name in book.namelist() if not name.startswith(ABOUT)}
            for book in (one, other)
        ]
        if parts := sorted(names[0] ^ names[1]):
            return f"parts that only one of them has: {', '.join(parts[:3])}"
        parts = [name for name in sorted(names[0]) if one.read(name) != other.read(name)]
    return f"parts that differ: {', '.join(parts[:3])}" if parts else ""


def _columns(kept: Path, again: Path) -> str:
    one, other = pq.read_table(kept), pq.read_table(again)
    if one.schema != other.schema:
        return "other columns or types"
    if one.num_rows != other.num_rows:
        return f"{one.num_rows:,} rows, now {other.num_rows:,}"
    names = [name for name in one.column_names if not one[name].equals(other[name])]
    return f"columns that differ: {', '.join(names)}" if names else "the same rows in other bytes"


def _lines(kept: Path, again: Path) -> str:
    with kept.open("rb") as one, again.open("rb") as other:
        for number, line in enumerate(one, start=1):
            now = other.readline()
            if now != line:
                told = [one_line(text.decode(errors="replace"))[:SHOWN] for text in (line, now)]
                return f"line {number} was {told[0]!r}, is now {told[1] or 'missing'!r}"
    return "lines that were not there"
