"""The manifest: one line for each accepted file, chained so that a missing line is noticed."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal

from warehouse.errors import BadDataError
from warehouse.folder import fsync_folder

Format = Literal["parquet", "csv"]
TAIL_BYTES = 256 * 1024


@dataclass(frozen=True)
class ManifestLine:
    """One accepted file; its number in the manifest is its `file_seq`."""

    file_seq: int
    group_seq: int
    group_size: int
    run_id: int
    table_name: str
    path: str
    format: Format
    row_count: int
    byte_count: int
    sha256: str
    accepted_at: datetime
    schema_version: int
    previous: str

    def encode(self) -> bytes:
        fields = asdict(self) | {"accepted_at": self.accepted_at.isoformat()}
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"

    @property
    def ends_group(self) -> bool:
        return self.file_seq == self.group_seq + self.group_size - 1

    @property
    def digest(self) -> str:
        """What the next line repeats as `previous`."""
        return hashlib.sha256(self.encode()).hexdigest()[:16]


def decode(line: bytes) -> ManifestLine | None:
    """None for a line that is torn or no manifest line."""
    if not line.endswith(b"\n"):
        return None
    try:
        fields = json.loads(line)
        fields["accepted_at"] = datetime.fromisoformat(fields["accepted_at"])
        return ManifestLine(**fields)
    except (ValueError, TypeError, KeyError):
        return None


def append_whole(path: Path, content: bytes) -> None:
    """Synced, or the file is left as it was."""
    is_new = not path.exists()
    with path.open("ab", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        try:
            if file.write(content) != len(content):
                raise OSError(errno.ENOSPC, "the line was cut short")
            os.fsync(file.fileno())
        except OSError:
            file.truncate(size)
            raise
    if is_new:
        fsync_folder(path.parent)


class Manifest:
    """The file of lines; who appends or heals holds the landing's lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self, after: int = 0) -> Iterator[ManifestLine]:
        """Lines above a file_seq; a tail that was torn by a kill is left out."""
        if not self.path.exists():
            return
        before: ManifestLine | None = None
        with self.path.open("rb") as file:
            for number, line in enumerate(islice(file, after, None), start=after + 1):
                found = decode(line)
                if found is None and not line.endswith(b"\n"):
                    return
                if found is None or found.file_seq != number:
                    raise self._broken(number)
                if before is not None and found.previous != before.digest:
                    raise self._broken(number)
                before = found
                yield found

    def groups(self, after: int = 0) -> Iterator[list[ManifestLine]]:
        """Files in the groups they were accepted in; a group that is not whole was not accepted."""
        group: list[ManifestLine] = []
        for line in self.lines(after):
            group.append(line)
            if line.ends_group:
                yield group
                group = []

    def append(self, lines: list[ManifestLine]) -> None:
        """All lines or none: a disk that fills half-way leaves the manifest as it was."""
        append_whole(self.path, b"".join(line.encode() for line in lines))

    def heal_tail(self) -> ManifestLine | None:
        """Cut what a kill left of a group that was not accepted whole; return the last line."""
        if not self.path.exists():
            return None
        with self.path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            start = max(0, size - TAIL_BYTES)
            file.seek(start)
            tail = file.read()
            if start:
                cut = tail.index(b"\n") + 1
                start, tail = start + cut, tail[cut:]
            keep, last, at = start, None, start
            for line in tail.splitlines(keepends=True):
                at += len(line)
                found = decode(line)
                if found and found.ends_group:
                    keep, last = at, found
            if start and last is None:
                raise self._broken(0)
            if keep < size:
                file.truncate(keep)
                file.flush()
                os.fsync(file.fileno())
            return last

    def _broken(self, number: int) -> BadDataError:
        return BadDataError(
            f"{self.path}, line {number}: not the manifest line that belongs there",
            "restore the manifest from a backup; nothing was changed",
        )
