"""Opening the writer's DuckDB file, and refusing engines that have lost data."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from warehouse import clock
from warehouse.errors import BadDataError, BusyError, ConfigurationError

OLDEST_SAFE_DUCKDB = (1, 5, 6)


def check_engine(version: str = duckdb.__version__) -> None:
    """Older releases silently lost acknowledged rows on a full disk."""
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if numbers < OLDEST_SAFE_DUCKDB:
        raise ConfigurationError(
            f"DuckDB {version} can lose rows on a full disk",
            "install duckdb>=1.5.6 (`make setup`)",
        )


def connect(path: Path, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB file in UTC; a file that another process holds is a clear 'busy'."""
    check_engine()
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.IOException as error:
        # "lock" alone would be every damaged block as well.
        if "set lock on file" in str(error).lower() or "used by another" in str(error).lower():
            raise BusyError(
                f"busy: {path.name} is open for writing elsewhere", "close that program first"
            ) from error
        raise BadDataError(
            f"{path} cannot be opened: {str(error).splitlines()[0]}",
            "run `tapehouse rebuild`: it makes the warehouse again from landing",
        ) from error
    connection.execute("set TimeZone = 'UTC'")
    return connection


def fold_in_log(path: Path) -> Path | None:
    """Replay and remove the write-ahead log that a killed writer left behind.

    A file that the kill has left damaged is set aside, and where it is now returned: whatever it
    held, landing has.
    """
    log = Path(f"{path}.wal")
    if not (path.exists() and log.exists()):
        return None
    try:
        with connect(path) as connection:
            connection.execute("checkpoint")
    except (duckdb.Error, BadDataError) as error:
        if not any(word in str(error).lower() for word in ("corrupt", "checksum")):
            raise
        return set_aside(path)
    return None


def set_aside(path: Path) -> Path:
    """Keep a file that is no good any more under a name that tells when; never delete it."""
    aside = path.with_name(f"{path.name}.{clock.system_now():%Y%m%dT%H%M%S}.aside")
    shutil.move(path, aside)
    log = Path(f"{path}.wal")
    if log.exists():
        shutil.move(log, f"{aside}.wal")
    return aside
