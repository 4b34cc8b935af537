"""One move: a new file written, read back and proven, then put on record, then the old ones go.

Locks: whoever moves holds the tidier's lock from beginning to end, and the writer's for the moment
in which files go, so that no load or rebuild reads them then. Accepting goes on beside it. Others
who read landing without a lock find a vanished file in the record, which has it by that time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from extract import landing_files
from extract.compaction import packing
from extract.compaction.record import Kind, Move
from extract.landing import SCHEMA_VERSION, Landing
from extract.manifest import ManifestLine
from warehouse import clock, database
from warehouse.errors import BadDataError
from warehouse.folder import DataFolder, fsync_folder
from warehouse.lock import FileLock, writer


@dataclass(frozen=True)
class Target:
    """What a move is for."""

    kind: Kind
    run_id: int
    reason: str


def tidier(folder: DataFolder, wait_seconds: float = 0) -> AbstractContextManager[None]:
    """One at a time moves files."""
    return FileLock(folder.state / "tidy.lock", "tidying landing").held(wait_seconds)


def loaded(folder: DataFolder, wait_seconds: float = 0) -> set[int]:
    """Files that the warehouse holds; whatever it does not hold stays as it was accepted."""
    if not folder.warehouse.exists():
        return set()
    with (
        writer(folder.root, "looking what is loaded", wait_seconds),
        database.connect(folder.warehouse) as connection,
    ):
        known = connection.execute(
            "select count(*) from information_schema.tables "
            "where table_schema = 'raw' and table_name = 'landing_files'"
        ).fetchone()
        if not known or not known[0]:
            return set()
        return {
            seq
            for (seq,) in connection.execute(
                "select file_seq from raw.landing_files where state != 'damaged'"
            ).fetchall()
        }


def move(
    landing: Landing,
    target: Target,
    files: Sequence[ManifestLine],
    held: Sequence[tuple[int, int]],
    rows: pa.Table | None,
    wait_seconds: float = 0,
) -> Move:
    """Put the rows that are kept of some files into a new one; None where nothing is kept."""
    moves = landing.moved.moves()
    number = len(moves) + 1
    path, size, digest, content = None, 0, "", ""
    if rows is not None:
        first = Path(files[0].path)
        path = (first.parent / f"compacted-{number:06d}.parquet").as_posix()
        size, digest, content = _write(landing.folder.landing / path, rows, files[0].table_name)
    move = Move(
        number, target.kind, target.run_id, files[0].table_name, list(held),
        sum(line.row_count for line in files) - sum(kept for _, kept in held), target.reason,
        path, rows.num_rows if rows is not None else 0, size, digest, content,
        clock.now(), SCHEMA_VERSION, files[-1].digest, moves[-1].digest if moves else "",
    )  # fmt: skip
    old = places(landing, files)
    with writer(landing.folder.root, "tidying landing", wait_seconds):
        landing.moved.append(move)
        remove(landing.folder.landing, old)
    return move


def places(landing: Landing, files: Sequence[ManifestLine]) -> list[str]:
    """Where the rows of some files are at this moment."""
    found: dict[str, None] = {}
    for line in files:
        held = landing.moved.of(line.file_seq)
        path = line.path if held is None else held.path
        if path:
            found[path] = None
    return list(found)


def remove(root: Path, paths: Sequence[str]) -> int:
    """A file that a system will not remove while it is open goes with the next healing."""
    gone = 0
    for path in paths:
        try:
            (root / path).unlink()
            gone += 1
        except OSError:
            continue
    for folder in {(root / path).parent for path in paths}:
        if folder.exists():
            fsync_folder(folder)
    return gone


def _write(path: Path, rows: pa.Table, table_name: str) -> tuple[int, str, str]:
    """Written, synced, read back as a loader reads it, and named only when it is the same."""
    wanted = packing.ordered(rows)
    part = path.with_name(path.name + ".tmp")
    try:
        packing.write(part, wanted)
        with part.open("rb") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        content = packing.content_sha256(wanted)
        found = landing_files.read(landing_files.scan(part, "parquet", table_name))
        if found.num_rows != wanted.num_rows or packing.content_sha256(found) != content:
            raise BadDataError(
                f"{path.name} does not hold the rows that were to be compacted into it",
                "nothing was changed; please report it with the versions of pyarrow and duckdb",
            )
        size = part.stat().st_size
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    fsync_folder(path.parent)
    return size, digest, content
