"""What every format does: open a table, write its batches, close it; in the end, its files."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

import pyarrow as pa

from publish.exports.tables import Shape
from warehouse.errors import UsageError

# A format more is a module more with a class `Format`, and a line here.
MODULES = {
    "xlsx": "workbook.workbook",
    "csv": "comma_separated",
    "json": "json_lines",
    "parquet": "parquet",
    "sql": "sql_dump",
    "lineprotocol": "line_protocol",
}
ENDINGS = {
    ".xlsx": "xlsx", ".csv": "csv", ".jsonl": "json", ".json": "json", ".ndjson": "json",
    ".parquet": "parquet", ".sql": "sql", ".lp": "lineprotocol",
}  # fmt: skip


@dataclass(frozen=True)
class Stamp:
    """What files may tell of their export; a reproduction is given the same."""

    run_id: int
    exported_at: datetime
    published_copy: str
    file_seq: int
    as_of: datetime | None
    zones: dict[int, str]
    batch_size: int


@dataclass(frozen=True)
class Written:
    """A finished file."""

    name: str
    format: str
    tables: tuple[str, ...]
    row_count: int
    byte_count: int
    sha256: str


class Format(ABC):
    """A format's writer for one export; it may make one file, or one a table."""

    name: str

    def __init__(self, place: Path, stamp: Stamp) -> None:
        self.place = place
        self.stamp = stamp

    def lacks(self, shape: Shape) -> str:
        """Why a table cannot be had in this format; empty when it can."""
        return ""

    @abstractmethod
    def open(self, shape: Shape) -> None: ...

    @abstractmethod
    def write(self, rows: pa.Table) -> None: ...

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def finish(self) -> list[Written]: ...

    @abstractmethod
    def drop(self) -> None:
        """Let go of what is open: the export failed, and its folder is about to be removed."""

    def sealed(self, path: Path, tables: Sequence[str], row_count: int) -> Written:
        """On disk for good, with its size and digest."""
        with path.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = path.stat().st_size
        return Written(path.name, self.name, tuple(tables), row_count, size, digest)


def writer(name: str, place: Path, stamp: Stamp) -> Format:
    found = import_module(f"publish.exports.{MODULES[name]}").Writer(place, stamp)
    assert isinstance(found, Format)
    return found


def chosen(names: Sequence[str]) -> tuple[str, ...]:
    """The formats that are meant, in one order, so that the same choice is the same export."""
    known = {**{name: name for name in MODULES}, "excel": "xlsx", "jsonl": "json"}
    if unknown := [name for name in names if name not in known]:
        raise UsageError(
            f"no such format: {', '.join(unknown)}", f"formats are: {', '.join(MODULES)}"
        )
    asked = {known[name] for name in names}
    return tuple(name for name in MODULES if name in asked)
