"""Both files with their manifest, all of them or none."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from publish.parcel import MANIFEST, check_folder, swap, synced
from publish.report import workbook
from publish.report.document import Report
from publish.report.page import page

PAGE, BOOK = "report.html", "report.xlsx"
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
    check(folder)
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
        swap(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Written(folder, manifest)


def check(folder: Path) -> None:
    check_folder(folder, KIND, (PAGE, BOOK))


def told(path: Path, row_count: int) -> dict[str, Any]:
    return {
        "name": path.name,
        "rows": row_count,
        "byte_count": path.stat().st_size,
        "sha256": synced(path),
    }
