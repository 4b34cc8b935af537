"""The log of record: files that are written whole, then named by a line of the manifest."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from extract import landing_files
from extract.compaction.record import Record
from extract.manifest import Format, Manifest, ManifestLine
from extract.schemas import arrow_schema
from warehouse import clock
from warehouse.errors import BadDataError, ConfigurationError, TapehouseError, full_disk
from warehouse.folder import DataFolder, fsync_folder
from warehouse.lock import FileLock

SCHEMA_VERSION = 1
MISSING = "the file is missing"
OWN_FILE = re.compile(r"\w+/\d{4}-\d\d-\d\d/(\d{9})\.(parquet|csv)")


class Landing:
    """Accepts tables as files and tells which files were accepted."""

    def __init__(self, folder: DataFolder, format: Format = "parquet") -> None:
        self.folder = folder
        self.format = format
        self.manifest = Manifest(folder.landing / "manifest.jsonl")
        self.moved = Record(folder.landing)
        self._proven: dict[Path, tuple[int, int, str]] = {}

    def accept(self, run_id: int, tables: Sequence[tuple[str, pa.Table]]) -> list[ManifestLine]:
        """Write the tables and accept them together: all of them or, after a kill, none."""
        filled = [(name, table) for name, table in tables if table.num_rows]
        if not filled:
            return []
        with self._lock():
            last = self.manifest.heal_tail()
            previous = last.digest if last else ""
            first_seq = last.file_seq + 1 if last else 1
            accepted_at = clock.now()
            if last and accepted_at <= last.accepted_at:
                accepted_at = last.accepted_at + timedelta(microseconds=1)
            lines: list[ManifestLine] = []
            written: list[Path] = []
            try:
                for position, (name, table) in enumerate(filled):
                    file_seq = first_seq + position
                    path = self._path(name, file_seq, accepted_at)
                    written.append(path)
                    size, digest = self._write(path, keyed(name, table, file_seq))
                    line = ManifestLine(
                        file_seq, first_seq, len(filled), run_id, name,
                        path.relative_to(self.folder.landing).as_posix(), self.format,
                        table.num_rows, size, digest,
                        accepted_at + timedelta(microseconds=position), SCHEMA_VERSION, previous,
                    )  # fmt: skip
                    previous = line.digest
                    lines.append(line)
                self.manifest.append(lines)
            except (OSError, duckdb.IOException) as error:
                for path in written:
                    path.unlink(missing_ok=True)
                raise self.explained(error) from error
            return lines

    def last_of(self, table: str) -> ManifestLine | None:
        found = None
        for line in self.manifest.lines():
            if line.table_name == table:
                found = line
        return found

    def read(self, line: ManifestLine) -> pa.Table:
        """The rows of an accepted file, after its bytes were checked."""
        for is_last in (False, True):
            reason = self.damage(line)
            if reason:
                raise BadDataError(f"{line.path}: {reason}", "see `tapehouse quarantine list`")
            try:
                return landing_files.read(self.source(line))
            except duckdb.IOException:
                # It may have been compacted since: then the record says where it is now.
                if is_last:
                    raise
        raise AssertionError("the second try returns or raises")

    def source(self, line: ManifestLine) -> str:
        """The SQL relation of an accepted file's rows, wherever they are now."""
        move = self.moved.of(line.file_seq)
        if move is None:
            path = self.folder.landing / line.path
            return landing_files.scan(path, line.format, line.table_name)
        if move.path is None:
            return landing_files.nothing(line.table_name)
        return landing_files.part(self.folder.landing / move.path, line.file_seq)

    def held_rows(self, line: ManifestLine) -> int:
        """How many of the accepted rows are still to be found; retention may have dropped some."""
        move = self.moved.of(line.file_seq)
        return line.row_count if move is None else dict(move.files)[line.file_seq]

    def damage(self, line: ManifestLine) -> str | None:
        """Why the file is not what was accepted, or not what it was compacted to; else None."""
        if line.schema_version > SCHEMA_VERSION:
            raise ConfigurationError(
                f"{line.path} was landed by a newer Tapehouse (schema {line.schema_version})",
                "upgrade Tapehouse before loading this folder",
            )
        move = self.moved.of(line.file_seq)
        if move is None:
            path = self.folder.landing / line.path
            reason = _changed(path, line.byte_count, line.sha256)
            # Compacted between the two looks: then the record says so by now.
            move = self.moved.of(line.file_seq) if reason else None
            if move is None:
                return reason
        if move.path is None:
            return None
        path = self.folder.landing / move.path
        reason = self._proven_since(path, move.byte_count, move.sha256)
        return f"compacted into {move.path}: {reason}" if reason else None

    def _proven_since(self, path: Path, byte_count: int, sha256: str) -> str | None:
        """Read a compacted file once for the many files in it, unless it was touched since."""
        try:
            state = path.stat()
        except OSError:
            return MISSING
        seen = (state.st_size, state.st_mtime_ns, sha256)
        if self._proven.get(path) == seen:
            return None
        reason = _changed(path, byte_count, sha256)
        if reason is None:
            self._proven[path] = seen
        return reason

    def heal(self) -> list[str]:
        """After a kill: cut a torn manifest tail, remove files of ours that were never accepted."""
        with self._lock():
            last = self.manifest.heal_tail()
            last_seq = last.file_seq if last else 0
            removed = [path for path in self._written() if _is_stray(path, last_seq)]
            for path in removed:
                (self.folder.landing / path).unlink()
            return removed

    def _written(self) -> Iterator[str]:
        for path in sorted(self.folder.landing.rglob("*.*")):
            yield path.relative_to(self.folder.landing).as_posix()

    def _lock(self) -> AbstractContextManager[None]:
        lock = FileLock(self.folder.state / "manifest.lock", "accepting a landing file")
        return lock.held(wait_seconds=60)

    def _path(self, table: str, file_seq: int, accepted_at: datetime) -> Path:
        day = f"{accepted_at:%Y-%m-%d}"
        return self.folder.landing / table / day / f"{file_seq:09d}.{self.format}"

    def _write(self, path: Path, table: pa.Table) -> tuple[int, str]:
        """Temporary name, fsync, rename, fsync of the folder; then its size and SHA-256."""
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".tmp")
        try:
            landing_files.write(part, self.format, table)
            with part.open("rb") as file:
                os.fsync(file.fileno())
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = part.stat().st_size
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
        fsync_folder(path.parent)
        return size, digest

    def explained(self, error: Exception) -> TapehouseError:
        free = shutil.disk_usage(self.folder.landing).free
        place = f"landing in {self.folder.landing} ({free:,} bytes free)"
        return full_disk(error, place) or TapehouseError(
            f"cannot write into {self.folder.landing}: {error}",
            "see that the folder may be written, then run again",
        )


def _changed(path: Path, byte_count: int, sha256: str) -> str | None:
    try:
        size = path.stat().st_size
        if size != byte_count:
            return f"the file has {size} bytes, {byte_count} were accepted"
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                return "the file's SHA-256 is not the accepted one"
    except OSError:
        return MISSING
    return None


def _is_stray(path: str, last_seq: int) -> bool:
    """Files of other people are left alone."""
    own = OWN_FILE.match(path)
    return own is not None and (path.endswith(".tmp") or int(own.group(1)) > last_seq)


def keyed(name: str, table: pa.Table, file_seq: int) -> pa.Table:
    """Give the rows their key, so that they keep it when files are compacted."""
    rows = table.num_rows
    schema = arrow_schema(name)
    missing = [
        field
        for field in schema.names
        if field not in (*table.column_names, "file_seq", "row_number")
    ]
    if missing:
        raise BadDataError(f"{name}: rows without the declared columns {', '.join(missing)}")
    columns = [
        pa.array(np.full(rows, file_seq, dtype=np.int64))
        if field == "file_seq"
        else pa.array(np.arange(1, rows + 1, dtype=np.int32))
        if field == "row_number"
        else table.column(field)
        for field in schema.names
    ]
    return pa.table(columns, names=schema.names).cast(schema)
