"""Log files that many processes write: whole lines, rotated by size and age, old ones removed."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import WatchedFileHandler
from pathlib import Path

from warehouse import clock
from warehouse.lock import FileLock
from warehouse.settings import LogSection


class SharedFile(WatchedFileHandler):
    """Each line is one write at the file's end, which the kernel does not mix with another's.

    Who finds the file too large or of an earlier period renames it, one process at a time; the
    others notice by the file's number (WatchedFileHandler does that) and go on in the new one. A
    line that was on its way meanwhile stands in the renamed file: none is lost.
    """

    is_ours = True

    def __init__(self, path: Path, section: LogSection) -> None:
        self._path = path
        self._most_bytes = int(section.max_mb * 1024 * 1024)
        self._period = section.rotate_hours * 3600
        self._keep_files = section.keep_files
        self._keep_seconds = section.keep_days * 86_400
        self._complained = False
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)
        self.prune()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
            self.reopenIfNeeded()
            if self.stream is None:
                self.stream = self._open()
                self._statstream()
            if self._is_due(len(line)):
                self._rotate(len(line))
            _write_whole(self.stream.fileno(), line)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Said once, and without the record: the library's own way would show it unredacted."""
        if not self._complained:
            self._complained = True
            error = sys.exc_info()[1]
            sys.stderr.write(f"cannot write {self._path.name}: {type(error).__name__}\n")

    def _is_due(self, more: int) -> bool:
        found = os.fstat(self.stream.fileno())
        if found.st_size == 0:
            return False
        is_of_earlier_period = found.st_mtime // self._period < clock.file_time() // self._period
        return found.st_size + more > self._most_bytes or is_of_earlier_period

    def _rotate(self, more: int) -> None:
        lock = FileLock(self._path.with_name(f".{self._path.name}.lock"), "rotating logs")
        if not lock.try_take():
            # Somebody else is at it; this line goes where the others before it are.
            return
        try:
            self.reopenIfNeeded()
            if self._is_due(more):
                stamp = f"{clock.system_now():%Y%m%dT%H%M%S.%f}"
                os.rename(self._path, self._path.with_name(f"{self._path.name}.{stamp}"))
                self.reopenIfNeeded()
                self.prune()
        except OSError:
            # Where a system does not rename an open file, a later line tries again.
            return
        finally:
            lock.release()

    def prune(self) -> None:
        """Rotated files that are too many or too old go."""
        rotated = []
        for path in self._path.parent.glob(f"{self._path.name}.*"):
            try:
                rotated.append((path.stat().st_mtime, path))
            except OSError:
                continue
        rotated.sort()
        oldest = clock.file_time() - self._keep_seconds
        for number, (written_at, path) in enumerate(reversed(rotated)):
            if number >= self._keep_files or written_at < oldest:
                path.unlink(missing_ok=True)


def _write_whole(descriptor: int, line: bytes) -> None:
    """One call; only a disk that is full makes it more than one."""
    while line:
        line = line[os.write(descriptor, line) :]
