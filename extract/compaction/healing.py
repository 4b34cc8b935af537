"""After a kill: the last move is brought to its end, and what never came on record goes."""

from __future__ import annotations

import re
from pathlib import Path

from extract.compaction import moving
from extract.landing import Landing
from warehouse.errors import BusyError
from warehouse.lock import FileLock, writer

OWN_FILE = re.compile(r"compacted-\d{6}\.parquet(\.tmp)?")


def heal(landing: Landing, wait_seconds: float = 0) -> list[str]:
    """Idempotent; leaves everything to whoever is tidying at this moment."""
    lock = FileLock(landing.folder.state / "tidy.lock", "healing landing")
    if not landing.folder.landing.exists() or not lock.try_take():
        return []
    try:
        return heal_held(landing, wait_seconds)
    finally:
        lock.release()


def heal_held(landing: Landing, wait_seconds: float = 0) -> list[str]:
    """The same for the one who holds the tidier's lock."""
    landing.moved.heal_tail()
    gone = [*_strays(landing), *_moved_already(landing)]
    if not gone:
        return []
    try:
        with writer(landing.folder.root, "healing landing", wait_seconds):
            moving.remove(landing.folder.landing, gone)
    except BusyError:
        # They are in nobody's way; a load that is under way may be reading them.
        return []
    return gone


def _strays(landing: Landing) -> list[str]:
    root = landing.folder.landing
    last = {seq: move.path for move in landing.moved.moves() for seq, _ in move.files}
    named = set(last.values())
    return [
        path
        for found in sorted(root.glob("*/*/compacted-*"))
        if OWN_FILE.fullmatch(found.name)
        and (path := found.relative_to(root).as_posix()) not in named
    ]


def _moved_already(landing: Landing) -> list[str]:
    """Only the last move can have been killed before its old files were gone."""
    moves = landing.moved.moves()
    if not moves:
        return []
    seqs = {seq for seq, _ in moves[-1].files}
    root: Path = landing.folder.landing
    first = min(seqs)
    return [
        line.path
        for line in landing.manifest.lines(after=first - 1)
        if line.file_seq in seqs and (root / line.path).exists()
    ]
