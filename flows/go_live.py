"""Starting a real folder where a sandbox was."""

from __future__ import annotations

import shutil
from pathlib import Path

from warehouse import clock
from warehouse.folder import FOLDERS, DataFolder
from warehouse.lock import writer

KEPT = ("README.md", "universe.csv", "symbol_history.csv", "inbox")


def go_live(folder: DataFolder) -> Path | None:
    """Move everything of the sandbox into a folder of its own; nothing is deleted or mixed."""
    if folder.origin == "real":
        return None
    aside = None
    if folder.origin == "sandbox":
        with writer(folder.root, "go-live"):
            aside = folder.root / f"sandbox-{clock.system_now():%Y%m%dT%H%M%S}"
            aside.mkdir()
            names = [*FOLDERS, folder.warehouse.name, folder.market.name]
            for name in (name for name in names if name not in KEPT):
                path = folder.root / name
                if path.is_symlink() or path.exists():
                    shutil.move(path, aside / name)
    folder.prepare("real")
    return aside
