"""Both files with their manifest, all of them or none."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from publish.report import workbook
from publish.report.document import Report
from publish.report.page import page
from warehouse.errors import UsageError
from warehouse.folder import fsync_folder

PAGE, BOOK, MANIFEST = "report.html", "report.xlsx", "manifest.json"
KIND = "tapehouse report"


@dataclass(frozen=True)
class Written:
    """Where the files are, and what their manifest says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def page(self) -> Path:
        return self.folder / PAGE

    @property
    def workbook(self) -> Path:
        return self.folder / BOOK


def write(report: Report, copy: str, run_id: int, folder: Path) -> Written:
    """The files do not depend on the run or the copy's name; the manifest tells both."""
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Runs are told apart by their numbers, so no two write into one part.
    part = folder.with_name(f".{folder.name}.{run_id:06d}.tmp")
    if folder.name == f"{run_id:06d}":
        part = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        (part / PAGE).write_text(page(report), encoding="utf-8", newline="\n")
        workbook.write(report, part / BOOK)
        manifest = {
            "kind": KIND,
            "project_version": version("tapehouse"),
            "run_id": run_id,
            "published_copy": copy,
            "known_seq": report.known.file_seq,
            "known_at": report.known.at.isoformat() if report.known.at else None,
            "origin": report.origin,
            "week": report.week.name,
            "first_date": report.week.first.isoformat(),
            "last_date": report.week.last.isoformat(),
            "files": [told(part / name, report.row_count) for name in (PAGE, BOOK)],
            "tables": [{"name": one.key, "rows": len(one.rows)} for one in report.tables],
            "lacking": list(report.lacking),
        }
        (part / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        synced(part / MANIFEST)
        fsync_folder(part)
        swap(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Written(folder, manifest)


def check_folder(folder: Path) -> None:
    """Only a folder that is empty or holds an earlier report is written over."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file", "name a folder with -o")
    held = {path.name for path in folder.iterdir()}
    strange = held - {PAGE, BOOK, MANIFEST}
    if strange or (held and not is_ours(folder / MANIFEST)):
        raise UsageError(
            f"{folder} holds other files: {', '.join(sorted(strange or held))}",
            "name a folder of its own with -o",
        )


def is_ours(manifest: Path) -> bool:
    try:
        return bool(json.loads(manifest.read_text(encoding="utf-8")).get("kind") == KIND)
    except (OSError, ValueError, AttributeError):
        return False


def told(path: Path, row_count: int) -> dict[str, Any]:
    return {
        "name": path.name,
        "rows": row_count,
        "byte_count": path.stat().st_size,
        "sha256": synced(path),
    }


def synced(path: Path) -> str:
    """Its SHA-256, once the bytes are on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return hashlib.file_digest(file, "sha256").hexdigest()


def swap(part: Path, folder: Path) -> None:
    """A reader finds the old files or the new ones; what a kill left aside goes the next time."""
    aside = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    if folder.exists():
        os.replace(folder, aside)
    os.replace(part, folder)
    shutil.rmtree(aside, ignore_errors=True)
    fsync_folder(folder.parent)
