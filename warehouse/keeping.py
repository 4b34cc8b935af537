"""What else grows beside the data: folders of runs and exports, and which of them are old."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from warehouse import clock, runs
from warehouse.folder import DataFolder

# The newest runs stay whatever their age: their numbers are gone on from, their steps landed.
NEWEST_RUNS = 50


@dataclass(frozen=True)
class Old:
    """A file or a folder that is older than it is kept."""

    path: Path
    byte_count: int
    changed_at: datetime


def old_runs(folder: DataFolder, days: int | None) -> Iterator[Old]:
    """Run folders, but for those that are alive, among the newest, or named by an export."""
    if days is None:
        return
    needed = _runs_of_exports(folder)
    for run_id in runs.run_ids(folder)[:-NEWEST_RUNS]:
        path = folder.runs / f"{run_id:06d}"
        old = _old(path, days)
        if old and run_id not in needed and not runs.is_alive(folder, run_id):
            yield old


def old_exports(folder: DataFolder, days: int | None) -> Iterator[Old]:
    for path in sorted(folder.exports.glob("*")) if days is not None else ():
        if not path.name.startswith(".") and (old := _old(path, days or 0)):
            yield old


def remove(old: Old) -> None:
    if old.path.is_dir() and not old.path.is_symlink():
        shutil.rmtree(old.path)
    else:
        old.path.unlink(missing_ok=True)


def _old(path: Path, days: int) -> Old | None:
    """By the newest file in it, and by the machine's clock: the sandbox's hour dates no file."""
    inside = [found for found in path.rglob("*") if found.is_file()] if path.is_dir() else []
    states = [found.stat() for found in (inside or [path])]
    newest = max(state.st_mtime for state in states)
    changed_at = datetime.fromtimestamp(newest, UTC).replace(tzinfo=None)
    if changed_at >= clock.system_now() - timedelta(days=days):
        return None
    return Old(path, sum(state.st_size for state in states), changed_at)


def _runs_of_exports(folder: DataFolder) -> set[int]:
    """Runs that a manifest beside an export names: what it came from can then be looked up."""
    found: set[int] = set()
    for manifest in folder.exports.rglob("*.json"):
        try:
            found.update(_run_ids(json.loads(manifest.read_text(encoding="utf-8"))))
        except (OSError, ValueError):
            continue
    return found


def _run_ids(value: Any) -> Iterator[int]:
    if isinstance(value, dict):
        for name, held in value.items():
            if name in ("run_id", "run") and isinstance(held, int):
                yield held
            else:
                yield from _run_ids(held)
    elif isinstance(value, list):
        for held in value:
            yield from _run_ids(held)
