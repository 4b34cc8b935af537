"""Compaction: what was loaded, joined by table and day, proven equal before old files go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import duckdb
import pyarrow as pa

from extract.compaction import moving
from extract.landing import Landing
from extract.manifest import ManifestLine
from warehouse import runs
from warehouse.errors import BadDataError

# So many rows are held in memory at once, and no compacted file is larger.
ROWS_PER_FILE = 1_000_000


@dataclass
class Joined:
    """What was done, or would be: one table's files, rows and bytes."""

    table_name: str
    days: int = 0
    files: int = 0
    rows: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    files_after: int = 0

    @property
    def sizes(self) -> tuple[int, int]:
        return self.bytes_before, self.bytes_after


@dataclass
class Compacted:
    """By table, and what was left as it is because it is not what was accepted."""

    tables: dict[str, Joined] = field(default_factory=dict)
    damaged: list[tuple[str, str]] = field(default_factory=list)

    @property
    def files(self) -> int:
        return sum(one.files for one in self.tables.values())


def compact(
    landing: Landing,
    run_id: int,
    before: date,
    dry_run: bool = False,
    wait_seconds: float = 0,
    on_files: Callable[[int], None] | None = None,
) -> Compacted:
    """Join the files of finished days; the caller holds the tidier's lock unless it only looks."""
    done = Compacted()
    days: set[tuple[str, str]] = set()
    for piece in pieces(landing, moving.loaded(landing.folder, wait_seconds), before):
        runs.give_way()
        sound = _sound(landing, piece, done)
        if not sound:
            continue
        table = done.tables.setdefault(piece[0].table_name, Joined(piece[0].table_name))
        days.add((piece[0].table_name, day_of(piece[0])))
        table.files += len(sound)
        table.rows += sum(line.row_count for line in sound)
        table.bytes_before += sum(line.byte_count for line in sound)
        if not dry_run:
            moved = _join(landing, run_id, sound, wait_seconds)
            table.bytes_after += moved
            table.files_after += 1
        if on_files:
            on_files(len(sound))
    for name, _ in days:
        done.tables[name].days += 1
    return done


def pieces(landing: Landing, loaded: set[int], before: date) -> Iterator[list[ManifestLine]]:
    """Neighbouring files of a table and day that were not moved yet, in pieces of a bounded size.

    What was moved lies between them and ends a piece, so that a second look finds no other pieces.
    """
    lines = [line for line in landing.manifest.lines() if day_of(line) < before.isoformat()]
    lines.sort(key=lambda line: (line.table_name, day_of(line), line.file_seq))
    for _, files in groupby(lines, key=lambda line: (line.table_name, day_of(line))):
        piece: list[ManifestLine] = []
        rows = 0
        for line in files:
            free = line.file_seq in loaded and landing.moved.of(line.file_seq) is None
            if piece and (not free or rows + line.row_count > ROWS_PER_FILE):
                yield piece
                piece, rows = [], 0
            if free:
                piece.append(line)
                rows += line.row_count
        if piece:
            yield piece


def day_of(line: ManifestLine) -> str:
    return f"{line.accepted_at:%Y-%m-%d}"


def _sound(landing: Landing, piece: Sequence[ManifestLine], done: Compacted) -> list[ManifestLine]:
    sound = []
    for line in piece:
        if reason := landing.damage(line):
            done.damaged.append((line.path, reason))
        else:
            sound.append(line)
    return sound


def _join(landing: Landing, run_id: int, files: Sequence[ManifestLine], wait_seconds: float) -> int:
    try:
        rows = pa.concat_tables([landing.read(line) for line in files], promote_options="default")
        expected = sum(line.row_count for line in files)
        if rows.num_rows != expected:
            raise BadDataError(
                f"{files[0].path} and the files after it hold {rows.num_rows} rows, "
                f"{expected} were accepted",
                "nothing was changed",
            )
        target = moving.Target("compacted", run_id, f"compacted by run {run_id}")
        held = [(line.file_seq, line.row_count) for line in files]
        return moving.move(landing, target, files, held, rows, wait_seconds).byte_count
    except (OSError, duckdb.IOException) as error:
        raise landing.explained(error) from error
