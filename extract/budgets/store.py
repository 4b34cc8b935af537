"""The ledger's file: one SQLite database that many processes write in short transactions."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from warehouse import clock, logs
from warehouse.errors import BusyError, ConfigurationError, TapehouseError
from warehouse.lock import FileLock

EPOCH = datetime(1970, 1, 1)
VERSION = 1
BUSY_SECONDS = 30.0
DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})

TABLES = """
create table if not exists about (begun_anew_at real);
create table if not exists scopes (
    scope text primary key, provider text, host text,
    last_at real, in_batch integer default 0, new_window_at real,
    cycles integer default 0, cycle_seconds real default 0
) without rowid;
create table if not exists calls (
    id integer primary key, scope text, calls integer, weight integer,
    reserved_at real, ends_at real, ended integer default 0
);
create index if not exists calls_by_end on calls (scope, ends_at);
create table if not exists waiting (
    waiter text primary key, scope text, priority integer, since real, wakes_at real
) without rowid;
create table if not exists circuits (
    scope text primary key, outcome text, detail text, since_at real, until_at real,
    refuses integer, refusals integer, probe_until_at real
) without rowid;
"""

log = logs.get(__name__)
T = TypeVar("T")


def seconds_now() -> float:
    """The ledger's time: the machine's, whatever hour the data lives at."""
    return (clock.system_now() - EPOCH).total_seconds()


def moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


class Handle(sqlite3.Connection):
    """Closes itself in whichever thread it is let go: a thread ends with its handle open."""

    def __del__(self) -> None:
        # One that could not be opened has nothing to close.
        with suppress(sqlite3.ProgrammingError):
            self.close()


class Store:
    """Opens the file when it is first needed; each thread and each process has its own handle."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """One immediate transaction; a damaged file is set aside and the work done in a new one."""
        try:
            return self._write(work)
        except sqlite3.DatabaseError as error:
            if _code(error) not in DAMAGED:
                raise self._explained(error) from error
        self._begin_anew()
        try:
            return self._write(work)
        except sqlite3.DatabaseError as error:
            raise self._explained(error) from error

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with transaction(self._connection()) as connection:
            return work(connection)

    def _connection(self) -> sqlite3.Connection:
        # A child of a fork must not use its parent's handle.
        held = getattr(self._local, "held", None)
        if held is not None and held[0] == os.getpid():
            found: sqlite3.Connection = held[1]
            return found
        connection = self._opened()
        self._local.held = (os.getpid(), connection)
        return connection

    def _opened(self, locked: bool = False) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        connection = sqlite3.connect(
            self.path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            factory=Handle,
        )
        try:
            version = _version(connection)
            if version > VERSION:
                raise ConfigurationError(
                    f"{self.path} was written by a newer release of Tapehouse",
                    "update this one, or set budgets.file to another file",
                )
            connection.execute("pragma synchronous = normal")
            if version < VERSION:
                # Two at once would trip over each other's change to write-ahead logging.
                with nullcontext() if locked else self._lock():
                    _lay_out(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _lock(self) -> AbstractContextManager[None]:
        path = self.path.with_suffix(".lock")
        return FileLock(path, "ledger of budgets").held(BUSY_SECONDS)

    def copy(self) -> sqlite3.Connection:
        """The ledger as it stands, in memory."""
        found = sqlite3.connect(":memory:", isolation_level=None, factory=Handle)
        self.write(lambda _: None)
        self._connection().backup(found)
        return found

    def close(self) -> None:
        held = getattr(self._local, "held", None)
        if held is not None:
            held[1].close()
            self._local.held = None

    def _begin_anew(self) -> None:
        """What was spent is not known any more, so the new ledger counts all of it as spent."""
        self.close()
        with self._lock():
            if self._is_sound():
                return
            aside = self.path.with_name(
                f"{self.path.name}.damaged-{clock.system_now():%Y%m%dT%H%M%S}"
            )
            os.replace(self.path, aside)
            for ending in ("-wal", "-shm"):
                self.path.with_name(self.path.name + ending).unlink(missing_ok=True)
            connection = self._opened(locked=True)
            connection.execute("insert into about values (?)", [seconds_now()])
            connection.close()
        log.warning(
            "the ledger of budgets was damaged; a new one counts everything as spent",
            set_aside=str(aside),
        )

    def _is_sound(self) -> bool:
        """Another process may have begun anew already."""
        try:
            connection = self._opened(locked=True)
        except sqlite3.DatabaseError:
            return False
        try:
            return bool(connection.execute("pragma quick_check").fetchone() == ("ok",))
        except sqlite3.DatabaseError:
            return False
        finally:
            connection.close()

    def _explained(self, error: sqlite3.DatabaseError) -> TapehouseError:
        if _code(error) in BUSY:
            return BusyError(
                f"busy: {self.path} was locked for {BUSY_SECONDS:g} seconds",
                "end the program that holds the ledger of budgets, and try again",
            )
        return self._unusable(str(error))

    def _unusable(self, why: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.path}: calls cannot be counted there: {why}",
            "make it writable, or set budgets.file to another file",
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("begin immediate")
    try:
        yield connection
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise
    connection.execute("commit")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("pragma journal_mode = wal")
    with transaction(connection):
        for statement in TABLES.split(";\n"):
            connection.execute(statement)
        connection.execute(f"pragma user_version = {VERSION}")


def _code(error: sqlite3.DatabaseError) -> int:
    return int(getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR) & 0xFF
