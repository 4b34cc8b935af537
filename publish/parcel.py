"""A folder of files with their manifest, which readers find whole, old or new."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from warehouse import runs
from warehouse.errors import UsageError
from warehouse.folder import DataFolder, fsync_folder

MANIFEST = "manifest.json"
# Of a run's own folder, while it is written.
PART = re.compile(r"\.(\d{6,})\.tmp")
# As <fcntl.h> and <linux/fs.h> have them: names are of the working folder, and are exchanged.
HERE, EXCHANGE = -100, 2


def check_folder(folder: Path, kind: str, names: Iterable[str]) -> None:
    """Only a folder that is empty or holds an earlier parcel of the kind is written over."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file", "name a folder with -o")
    held = {path.name for path in folder.iterdir()}
    strange = held - {MANIFEST, *names}
    if strange or (held and _kind_of(folder / MANIFEST) != kind):
        raise UsageError(
            f"{folder} holds other files: {', '.join(sorted(strange or held))}",
            "name a folder of its own with -o",
        )


def _kind_of(manifest: Path) -> object:
    try:
        return json.loads(manifest.read_text(encoding="utf-8")).get("kind")
    except (OSError, ValueError, AttributeError):
        return None


def sweep(folder: DataFolder) -> list[str]:
    """Remove what runs that were killed over an export or a report left in the exports."""
    left = [
        path
        for path in sorted(folder.exports.glob(".*.tmp"))
        if (name := PART.fullmatch(path.name)) and not runs.is_alive(folder, int(name[1]))
    ]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in left]


def synced(path: Path) -> str:
    """Its SHA-256, once the bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def swap(part: Path, folder: Path) -> None:
    """A reader finds the old files or the new ones; what a kill left aside goes the next time."""
    fsync_folder(part)
    aside = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if _exchange(part, folder):
        os.replace(part, aside)
    else:
        # Where names cannot be exchanged there is an instant without a folder.
        if folder.exists():
            os.replace(folder, aside)
        os.replace(part, folder)
    shutil.rmtree(aside, ignore_errors=True)
    fsync_folder(folder.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Both names in one step, which Python itself cannot; only Linux is asked for it."""
    if sys.platform != "linux":
        return False
    renameat2 = getattr(ctypes.CDLL(None), "renameat2", None)
    if renameat2 is None:
        return False
    names = (HERE, os.fsencode(one), HERE, os.fsencode(other))
    return bool(renameat2(*names, EXCHANGE) == 0)
