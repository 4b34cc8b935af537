"""The first thing every run does: put right what a killed run left behind."""

from __future__ import annotations

from extract import fetch
from extract.compaction import healing
from extract.landing import Landing
from flows.remaking import scratch
from publish import parcel
from warehouse import database
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path


def heal(folder: DataFolder) -> list[str]:
    """Idempotent, and safe to be killed itself; returns what it put right."""
    landing = Landing(folder)
    healed = [f"removed {name}, which was never accepted" for name in landing.heal()]
    healed += [f"removed {name}, whose rows are elsewhere" for name in healing.heal(landing)]
    healed += [f"removed {name}, an export that was not finished" for name in parcel.sweep(folder)]
    fetch.sweep(folder)
    if scratch.sweep(folder):
        healed.append("removed the copy that a killed replay had left")
    lock = FileLock(writer_lock_path(folder.root), "healing")
    if not lock.try_take():
        return healed
    try:
        if folder.warehouse.with_name(f"{folder.warehouse.name}.wal").exists():
            if aside := database.fold_in_log(folder.warehouse):
                healed.append(f"set aside the damaged warehouse as {aside.name}, it is made anew")
            else:
                healed.append("replayed the write-ahead log of a run that was killed")
    finally:
        lock.release()
    return healed
