"""A folder beside the warehouse for trying something out; no kill leaves it behind for long."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.folder import DataFolder
from warehouse.lock import FileLock


def _lock(folder: DataFolder) -> FileLock:
    return FileLock(folder.state / "scratch.lock", "trying out a build")


def _scratch(folder: DataFolder) -> DataFolder:
    return DataFolder(folder.state / "scratch")


@contextmanager
def scratch_folder(folder: DataFolder, wait_seconds: float = 0) -> Iterator[DataFolder]:
    """An empty data folder for as long as the block lasts; one at a time."""
    found = _scratch(folder)
    with _lock(folder).held(wait_seconds):
        shutil.rmtree(found.root, ignore_errors=True)
        found.prepare()
        try:
            yield found
        finally:
            shutil.rmtree(found.root, ignore_errors=True)


def sweep(folder: DataFolder) -> bool:
    """Remove what a killed process left; False when there was nothing or it is in use."""
    lock = _lock(folder)
    if not _scratch(folder).root.exists() or not lock.try_take():
        return False
    try:
        shutil.rmtree(_scratch(folder).root, ignore_errors=True)
    finally:
        lock.release()
    return True
