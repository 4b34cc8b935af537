"""Publishing: a whole copy under a new name, then one swap of the link that readers follow."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from warehouse import database
from warehouse.errors import BadDataError, TapehouseError
from warehouse.folder import DataFolder, fsync_folder
from warehouse.lock import writer

if sys.platform != "win32":
    import fcntl

COPY = re.compile(r"market-(\d{6,})\.duckdb")


@dataclass(frozen=True)
class Published:
    path: Path
    byte_count: int
    removed: int


def publish(folder: DataFolder, keep: int = 3, wait_seconds: float = 0) -> Published:
    """Copy the finished warehouse for readers; those of an older copy keep it while it is open."""
    with writer(folder.root, "publish", wait_seconds):
        _check(folder)
        folder.published.mkdir(parents=True, exist_ok=True)
        # A folder of such a name is where a reader of a copy keeps what its memory cannot hold.
        for stray in folder.published.glob("*.tmp"):
            if stray.is_file():
                stray.unlink()
        number = max((int(name) for name, _ in _copies(folder)), default=0) + 1
        path = folder.published / f"market-{number:06d}.duckdb"
        part = path.with_suffix(".tmp")
        try:
            shutil.copyfile(folder.warehouse, part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            os.chmod(part, 0o444)
            os.replace(part, path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise TapehouseError(
                f"cannot publish into {folder.published}: {error.strerror or error}",
                "free some space and run `tapehouse publish`; readers keep the copy they have",
            ) from error
        fsync_folder(folder.published)
        _swap_link(folder.market, path)
        return Published(path, path.stat().st_size, prune(folder, keep))


def _check(folder: DataFolder) -> None:
    if not folder.warehouse.exists():
        raise TapehouseError(
            f"no warehouse to publish: {folder.warehouse} does not exist",
            "run `tapehouse run` first",
        )
    database.fold_in_log(folder.warehouse)
    for log in (Path(f"{folder.warehouse}.wal"), Path(f"{folder.market}.wal")):
        if log.exists():
            raise BadDataError(
                f"will not publish beside {log}: DuckDB would replay it into the copy",
                "close the program that opened the file for writing, then move that log away",
            )
    with database.connect(folder.warehouse, read_only=True) as connection:
        row = connection.execute(
            "select count(*) from information_schema.tables "
            "where table_schema = 'main' and table_name = 'daily_bars'"
        ).fetchone()
        if not row or not row[0]:
            raise TapehouseError(
                "the warehouse was never built", "run `tapehouse build` before publishing"
            )


def _swap_link(link: Path, path: Path) -> None:
    """A reader that follows the link finds the old copy or the new one, never neither."""
    part = link.with_name(f".{link.name}.tmp")
    try:
        part.unlink(missing_ok=True)
        part.symlink_to(path.relative_to(link.parent))
        os.replace(part, link)
    except OSError as error:
        raise TapehouseError(
            f"cannot point {link} at {path.name}: {error.strerror or error}",
            f"readers may open {path}; links need a disk that knows them, and on Windows "
            "Developer Mode",
        ) from error
    fsync_folder(link.parent)


def _copies(folder: DataFolder) -> list[tuple[str, Path]]:
    """(number, path) of every copy, oldest first."""
    found = [
        (name[1], path)
        for path in folder.published.glob("market-*.duckdb")
        if (name := COPY.fullmatch(path.name))
    ]
    return sorted(found, key=lambda one: int(one[0]))


def unneeded(folder: DataFolder, keep: int) -> list[Path]:
    """Copies beyond the newest ones that nobody has open."""
    return [path for _, path in _copies(folder)[:-keep] if not is_read(path)]


def is_read(path: Path) -> bool:
    """Whether another process has a copy open: DuckDB holds a lock on the file while it does.

    Asked of the system by trying for the lock oneself, so it holds for every DuckDB client. A
    system without such locks refuses to remove an open file instead.
    """
    if sys.platform == "win32":
        return False
    was = stat.S_IMODE(path.stat().st_mode)
    try:
        path.chmod(was | stat.S_IWUSR)
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    finally:
        path.chmod(was)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def prune(folder: DataFolder, keep: int) -> int:
    """Old copies go; one that is still read, or that a system will not remove, goes later."""
    removed = 0
    for path in unneeded(folder, keep):
        try:
            path.unlink()
            removed += 1
        except OSError:
            continue
    return removed
