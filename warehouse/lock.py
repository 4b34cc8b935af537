"""One writer at a time, by a file lock that the kernel frees when its holder dies."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from warehouse import clock
from warehouse.errors import BusyError

if sys.platform != "win32":
    import fcntl

    def _take(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
else:
    import msvcrt

    def _take(descriptor: int) -> bool:
        try:
            os.lseek(descriptor, 1 << 30, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True


class FileLock:
    """An exclusive lock on a file; `describe` is what a second comer is told about the holder."""

    _held: ClassVar[dict[str, FileLock]] = {}
    _guard = threading.Lock()

    def __init__(self, path: Path, purpose: str = "") -> None:
        self.path = path
        self.purpose = purpose or " ".join(Path(part).name for part in sys.argv[:2])
        self._descriptor: int | None = None

    @classmethod
    def held_here(cls, path: Path) -> bool:
        """Whether this very process holds the lock already."""
        return str(path.absolute()) in cls._held

    def try_take(self) -> bool:
        with self._guard:
            if self.held_here(self.path):
                return False
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            if not _take(descriptor):
                os.close(descriptor)
                return False
            os.ftruncate(descriptor, 0)
            os.lseek(descriptor, 0, os.SEEK_SET)
            started = f"{clock.system_now():%Y-%m-%d %H:%M:%S}"
            holder = {"pid": os.getpid(), "purpose": self.purpose, "since": started}
            os.write(descriptor, json.dumps(holder).encode())
            self._descriptor = descriptor
            self._held[str(self.path.absolute())] = self
        return True

    def release(self) -> None:
        with self._guard:
            if self._descriptor is not None:
                self._held.pop(str(self.path.absolute()), None)
                os.close(self._descriptor)
                self._descriptor = None

    def holder(self) -> str:
        try:
            told = json.loads(self.path.read_text())
            return f"process {told['pid']} ({told['purpose']}) since {told['since']} UTC"
        except (OSError, ValueError, KeyError):
            return "another process"

    def holder_pid(self) -> int | None:
        """Of the last holder; only who has just failed to take the lock knows that it lives."""
        try:
            return int(json.loads(self.path.read_text())["pid"])
        except (OSError, ValueError, KeyError):
            return None

    @property
    def descriptors(self) -> tuple[int, ...]:
        """For children that shall hold it as well, until the last of them ends."""
        # Windows hands on no descriptors.
        if self._descriptor is None or sys.platform == "win32":
            return ()
        return (self._descriptor,)

    def take(self, wait_seconds: float = 0) -> None:
        """Wait at most so long, then say who holds it."""
        until = clock.monotonic() + wait_seconds
        while not self.try_take():
            if clock.monotonic() >= until:
                raise BusyError(
                    f"busy: {self.path.name} is held by {self.holder()}",
                    "try again when it has ended, or wait for it with --wait SECONDS",
                )
            clock.sleep(0.05)

    @contextmanager
    def held(self, wait_seconds: float = 0) -> Iterator[None]:
        self.take(wait_seconds)
        try:
            yield
        finally:
            self.release()


@dataclass(frozen=True)
class Holder:
    """Who holds a lock, and since when by the machine's clock (UTC)."""

    pid: int
    purpose: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} ({self.purpose}) since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def holder_of(path: Path) -> Holder | None:
    """Who holds the lock at this moment; None when nobody does.

    The file tells of its last holder; only where that process may live is the lock tried.
    """
    try:
        told = json.loads(path.read_text())
        holder = Holder(told["pid"], told["purpose"], datetime.fromisoformat(told["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if FileLock.held_here(path):
        return holder
    if sys.platform != "win32" and not _lives(holder.pid):
        return None
    lock = FileLock(path, "looking who holds it")
    if lock.try_take():
        lock.release()
        return None
    return holder


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def writer_lock_path(root: Path) -> Path:
    return root / "state" / "writer.lock"


@contextmanager
def writer(root: Path, purpose: str, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the writer's lock of a data folder; a nested call in the same process passes."""
    path = writer_lock_path(root)
    if FileLock.held_here(path):
        yield
        return
    with FileLock(path, purpose).held(wait_seconds):
        yield
