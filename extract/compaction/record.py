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
        self._seen: tuple[int, int] | None = None
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
        try:
            state = self.path.stat()
        except FileNotFoundError:
            return
        if self._seen == (state.st_size, state.st_mtime_ns):
            return
        self._moves = self._read()
        self._of = {seq: move for move in self._moves for seq, _ in move.files}
        self._seen = (state.st_size, state.st_mtime_ns)

    def _read(self) -> list[Move]:
        found: list[Move] = []
        for number, line in enumerate(self.path.read_bytes().splitlines(keepends=True), start=1):
            if not line.endswith(b"\n"):
                break
            move = decode(line)
            previous = found[-1].digest if found else ""
            if move is None or move.number != number or move.previous != previous:
                raise BadDataError(
                    f"{self.path}, line {number}: not the line that belongs there",
                    "restore the file from a backup; nothing was changed",
                )
            found.append(move)
        return found


def decode(line: bytes) -> Move | None:
    try:
        fields = json.loads(line)
        fields["moved_at"] = datetime.fromisoformat(fields["moved_at"])
        fields["files"] = [(int(seq), int(rows)) for seq, rows in fields["files"]]
        return Move(**fields)
    except (ValueError, TypeError, KeyError):
        return None
