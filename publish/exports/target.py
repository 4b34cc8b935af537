"""One file at a place of a person's choice: whole or not at all, under another name if need be."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.exports.formats import ENDINGS
from publish.exports.sql_dump import FILE as DUMP
from publish.exports.workbook.workbook import FILE as WORKBOOK
from warehouse.errors import TapehouseError, UsageError
from warehouse.folder import DataFolder, fsync_folder
from warehouse.lock import FileLock

# What LibreOffice and Excel lay beside a file while somebody has it open.
OPENED = (".~lock.{0}#", "~${0}")
ONE_FILE = {"xlsx": WORKBOOK, "sql": DUMP}


def format_of(target: Path) -> str:
    """What the ending of a file's name says."""
    found = ENDINGS.get(target.suffix.lower())
    if found is None:
        raise UsageError(
            f"{target.name} does not tell its format",
            f"name one with --format, or end it in {', '.join(ENDINGS)}",
        )
    return found


def check(target: Path, formats: tuple[str, ...], table_count: int) -> None:
    if target.is_dir():
        raise UsageError(f"{target} is a folder", "name a file with -o")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", "make it first, or name another")
    if len(formats) != 1:
        raise UsageError("-o takes one format", "name one with --format, or leave out -o")
    if formats[0] not in ONE_FILE and table_count != 1:
        raise UsageError(
            f"{formats[0]} makes a file a table, and there are {table_count} tables",
            "name one with --tables, or leave out -o",
        )


@contextmanager
def held(folder: DataFolder, target: Path, wait_seconds: float) -> Iterator[None]:
    """Nobody else exports into the same file meanwhile; what a kill left beside it is gone."""
    digest = hashlib.sha256(str(target.absolute()).encode()).hexdigest()[:16]
    lock = FileLock(folder.state / f"export-{digest}.lock", f"export to {target}")
    with lock.held(wait_seconds):
        for stray in target.parent.glob(f".{glob.escape(target.name)}.*.tmp"):
            stray.unlink(missing_ok=True)
        yield


def put(built: Path, target: Path, run_id: int) -> Path:
    """Where the file is now: at the target, or beside it where that cannot be replaced."""
    other = target.with_name(f"{target.stem}-{run_id:06d}{target.suffix}")
    is_open = any(target.with_name(name.format(target.name)).exists() for name in OPENED)
    part = target.with_name(f".{target.name}.{run_id:06d}.tmp")
    try:
        shutil.copyfile(built, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        if is_open or not _replaces(part, target):
            os.replace(part, other)
            return other
        return target
    except OSError as error:
        raise TapehouseError(
            f"cannot write {target}: {error.strerror or error}", "name another file with -o"
        ) from error
    finally:
        part.unlink(missing_ok=True)
        fsync_folder(target.parent)


def _replaces(part: Path, target: Path) -> bool:
    """False where a system keeps a file that somebody has open, or the file may not be touched."""
    try:
        os.replace(part, target)
    except OSError:
        return False
    return True
