"""Exporting: files of the published copy under a run id, all of them or none."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.origin import folder_clock
from flows.run import Watcher, clear_words
from publish import parcel
from publish.exports import export, target
from publish.exports.export import Asked, Built, Planned
from publish.exports.formats import Stamp
from publish.exports.provenance import held_files, provenance
from publish.parcel import MANIFEST
from publish.reader import connect
from warehouse import clock
from warehouse.folder import DataFolder, fsync_folder, write_whole
from warehouse.runs import Run, Step
from warehouse.settings import Settings

# What DuckDB may hold of a sort in memory; the rest goes to disk, into the export's own folder.
MEMORY = "1GB"


@dataclass(frozen=True)
class Exported:
    """Where an export is, and what its manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def row_count(self) -> int:
        return sum(int(table["rows"]) for table in self.manifest["tables"])


def make(
    settings: Settings,
    asked: Asked,
    output: Path | None = None,
    watcher: Watcher | None = None,
    run: Run | None = None,
    wait_seconds: float = 0,
) -> Exported:
    """Write what is asked for, as a run of its own or as the last step of another one."""
    folder = settings.folder
    parcel.sweep(folder)
    watcher = watcher or Watcher()
    with ExitStack() as held:
        own = held.enter_context(folder_clock(settings))
        connection = held.enter_context(connect(folder.market))
        planned = export.plan(connection, asked)
        if output:
            target.check(output, asked.formats, len(planned.selections))
            held.enter_context(target.held(folder, output, wait_seconds))
        copy = folder.market.resolve()
        connection.close()
        started = run or held.enter_context(_started(folder))
        with _step(started, watcher, planned) as step, clear_words(folder.root, "exporting"):
            done = _write(own, planned, copy, output, started.run_id, watcher)
            step.row_count = done.row_count
    return done


def _write(
    settings: Settings,
    planned: Planned,
    copy: Path,
    output: Path | None,
    run_id: int,
    watcher: Watcher,
) -> Exported:
    final = settings.folder.exports / f"{run_id:06d}"
    place = final.with_name(f".{final.name}.tmp")
    place.mkdir(parents=True)
    try:
        with reading(copy, place) as connection:
            stamp = Stamp(
                run_id, clock.now(), copy.name, int(held_files(connection)["file_seq"]),
                planned.asked.as_of, export.zones(connection), planned.asked.batch_size,
            )  # fmt: skip
            built = export.build(connection, planned, stamp, place, watcher.moved)
            manifest = _manifest(settings, planned.asked, stamp, built, held_files(connection))
        if output:
            _hand_over(place / built.files[0].name, output, run_id, manifest)
        write_whole(place / MANIFEST, json.dumps(manifest, indent=2) + "\n")
        os.replace(place, final)
        fsync_folder(final.parent)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return Exported(final, manifest)


@contextmanager
def reading(copy: Path, place: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The copy, closed to the outside; what does not fit into memory spills into the place."""
    spill = place / "spill"
    limits = {"memory_limit": MEMORY, "temp_directory": str(spill)}
    try:
        connection = connect(copy, limits)
    except duckdb.ConnectionException:
        # This process has the copy open already, and DuckDB gives each file one set of limits.
        connection = connect(copy)
    try:
        yield connection
    finally:
        connection.close()
        shutil.rmtree(spill, ignore_errors=True)


def _manifest(
    settings: Settings, asked: Asked, stamp: Stamp, built: Built, held: dict[str, Any]
) -> dict[str, Any]:
    return {
        "kind": export.KIND,
        "run_id": stamp.run_id,
        "exported_at": stamp.exported_at.isoformat(),
        "written_at": clock.system_now().isoformat(),
        "origin": settings.folder.origin,
        "published_copy": stamp.published_copy,
        **held,
        **provenance(settings.profile),
        "arguments": asked.told(),
        "tables": built.tables,
        "files": [asdict(file) for file in built.files],
        "notes": built.notes,
    }


def _hand_over(built: Path, output: Path, run_id: int, manifest: dict[str, Any]) -> None:
    """The one file goes to its target; the manifest says where it is."""
    where = target.put(built, output.absolute(), run_id)
    built.unlink()
    manifest["files"][0]["path"] = str(where)
    if where != output.absolute():
        manifest["notes"].append(f"{output} is open or cannot be replaced: written to {where.name}")


@contextmanager
def _started(folder: DataFolder) -> Iterator[Run]:
    run = Run.start(folder)
    try:
        yield run
    finally:
        run.end()


@contextmanager
def _step(run: Run, watcher: Watcher, planned: Planned) -> Iterator[Step]:
    watcher.step_started("export", planned.row_count)
    seen: list[Step] = []
    try:
        with run.step("export") as step:
            seen.append(step)
            yield step
    finally:
        for one in seen:
            watcher.step_ended(one)
