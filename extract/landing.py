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
from extract.manifest import Format, Manifest, ManifestLine
from extract.schemas import arrow_schema
from warehouse import clock
from warehouse.errors import BadDataError, ConfigurationError, TapehouseError, full_disk
from warehouse.folder import DataFolder, fsync_folder
from warehouse.lock import FileLock

SCHEMA_VERSION = 1
OWN_FILE = re.compile(r"\w+/\d{4}-\d\d-\d\d/(\d{9})\.(parquet|csv)")


class Landing:
    """Accepts tables as files and tells which files were accepted."""

    def __init__(self, folder: DataFolder, format: Format = "parquet") -> None:
        self.folder = folder
        self.format = format
        self.manifest = Manifest(folder.landing / "manifest.jsonl")

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
                raise self._explain(error) from error
            return lines

    def last_of(self, table: str) -> ManifestLine | None:
        found = None
        for line in self.manifest.lines():
            if line.table_name == table:
                found = line
        return found

    def read(self, line: ManifestLine) -> pa.Table:
        """The rows of an accepted file, after its bytes were checked."""
        reason = self.damage(line)
        if reason:
            raise BadDataError(f"{line.path}: {reason}", "see `tapehouse quarantine list`")
        return landing_files.read(self.folder.landing / line.path, line.format, line.table_name)

    def damage(self, line: ManifestLine) -> str | None:
        """Why the file is not what was accepted; None when it is."""
        if line.schema_version > SCHEMA_VERSION:
            raise ConfigurationError(
                f"{line.path} was landed by a newer Tapehouse (schema {line.schema_version})",
                "upgrade Tapehouse before loading this folder",
            )
        path = self.folder.landing / line.path
        try:
            size = path.stat().st_size
        except OSError:
            return "the file is missing"
        if size != line.byte_count:
            return f"the file has {size} bytes, {line.byte_count} were accepted"
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != line.sha256:
                return "the file's SHA-256 is not the accepted one"
        return None

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

    def _explain(self, error: Exception) -> TapehouseError:
        free = shutil.disk_usage(self.folder.landing).free
        place = f"landing in {self.folder.landing} ({free:,} bytes free)"
        return full_disk(error, place) or TapehouseError(
            f"cannot write into {self.folder.landing}: {error}",
            "see that the folder may be written, then run again",
        )


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
