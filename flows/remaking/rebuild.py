"""Making the warehouse again from landing alone."""

from __future__ import annotations

from pathlib import Path

from flows.run import Report, Runner, Watcher, run
from warehouse import database
from warehouse.lock import writer
from warehouse.settings import Settings


def rebuild(
    settings: Settings, watcher: Watcher | None = None, wait_seconds: float = 0
) -> tuple[Report, Path | None]:
    """Move the warehouse aside, load and build from nothing, publish; readers notice nothing."""
    folder = settings.folder
    aside: list[Path] = []

    def move_away(_: Runner) -> None:
        for path in (folder.warehouse, Path(f"{folder.warehouse}.wal")):
            if path.exists():
                aside.append(database.set_aside(path))

    with writer(folder.root, "rebuild", wait_seconds):
        report = run(settings, ("load", "build", "publish"), watcher=watcher, prepare=move_away)
    return report, aside[0] if aside else None
