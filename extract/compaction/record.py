"""The record of moves: which accepted files live in which compacted one, or were dropped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from extract.manifest import append_whole
from warehouse.errors import BadDataError

Kind = Literal["compacted", "dropped"]
FILE_NAME = "moves.jsonl"


@dataclass(frozen=True)
class Move:
    """Where the rows of some files are since then; the last move of a file is what counts.

    `files` is (file_seq, rows that are still there); without a path no row of them is.
    """

    number: int
    kind: Kind
    run_id: int
    table_name: str
    files: Sequence[tuple[int, int]]
    dropped_rows: int
    reason: str
    path: str | None
    row_count: int
    byte_count: int
    sha256: str
    content_sha256: str
    moved_at: datetime
    schema_version: int
    last_line: str
    previous: str

    def encode(self) -> bytes:
        fields = asdict(self) | {"moved_at": self.moved_at.isoformat()}
        return json.dumps(fields, separators=(",", ":")).encode() + b"\n"

    @property
    def digest(self) -> str:
        """What the next line repeats as `previous`."""
        return hashlib.sha256(self.encode()).hexdigest()[:16]


class Record:
    """The file of moves beside the manifest, chained like it and read again when it has grown."""

    def __init__(self, landing: Path) -> None:
        self.path = landing / FILE_NAME
        self._seen = (0, 0)
        self._read_to = 0
        self._moves: list[Move] = []
        self._of: dict[int, Move] = {}

    def moves(self) -> list[Move]:
        self._refresh()
        return self._moves

    def of(self, file_seq: int) -> Move | None:
        """The last move of a file; None for one that is still where it was accepted."""
        self._refresh()
        return self._of.get(file_seq)

    def append(self, move: Move) -> None:
        append_whole(self.path, move.encode())

    def heal_tail(self) -> bool:
        """Cut a line that a kill tore; nothing was moved by it yet."""
        if not self.path.exists():
            return False
        with self.path.open("r+b") as file:
            text = file.read()
            whole = text.rfind(b"\n") + 1
            if whole == len(text):
                return False
            file.truncate(whole)
            os.fsync(file.fileno())
        return True

    def _refresh(self) -> None:
        """Read what was added since the last look, or all of a file that is another one."""
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return
        if self._seen == (state.st_size, state.st_mtime_ns):
            return
        if state.st_size < self._read_to or self._seen[0] == state.st_size:
            self._read_to, self._moves, self._of = 0, [], {}
        with self.path.open("rb") as file:
            file.seek(self._read_to)
            for line in file.read().splitlines(keepends=True):
                if line.endswith(b"\n"):
                    self._take(line)
        self._seen = (state.st_size, state.st_mtime_ns)

    def _take(self, line: bytes) -> None:
        move = decode(line)
        number, previous = len(self._moves) + 1, self._moves[-1].digest if self._moves else ""
        if move is None or move.number != number or move.previous != previous:
            raise BadDataError(
                f"{self.path}, line {number}: not the line that belongs there",
                "restore the file from a backup; nothing was changed",
            )
        self._moves.append(move)
        self._of.update((seq, move) for seq, _ in move.files)
        self._read_to += len(line)


def decode(line: bytes) -> Move | None:
    try:
        fields = json.loads(line)
        fields["moved_at"] = datetime.fromisoformat(fields["moved_at"])
        fields["files"] = [(int(seq), int(rows)) for seq, rows in fields["files"]]
        return Move(**fields)
    except (ValueError, TypeError, KeyError):
        return None
