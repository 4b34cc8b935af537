"""Where dropped files wait, where they go once accepted, and where unreadable ones go."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from extract.edge.redaction import redact
from extract.file_drop.settings import TAKEN, UNFINISHED


def waiting_files(folder: Path) -> list[Path]:
    """Files of the inbox that are whole and of a kind we read, by name."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in TAKEN
        and not path.name.startswith((".", "~"))
        and not any(path.name.lower().endswith(suffix) for suffix in UNFINISHED)
        and path.is_file()
        and not path.is_symlink()
    )


def content(path: Path) -> str:
    """What a file holds, whatever its name: the mark by which it is known to be landed."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def archive(path: Path, run_id: int) -> Path:
    """Move an accepted file to `done/`; a file that is no longer there was moved before."""
    return _move(path, path.parent / "done", f"{run_id:06d}-{path.name}")


def set_aside(path: Path, reason: str) -> Path:
    """Move a file that cannot be read to `rejected/`, with the reason beside it."""
    kept = _move(path, path.parent / "rejected", path.name)
    kept.with_name(kept.name + ".reason.txt").write_text(redact(reason) + "\n", encoding="utf-8")
    return kept


def _move(path: Path, folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    if not path.exists():
        return target
    number = 2
    while target.exists():
        target = folder / f"{Path(name).stem}.{number}{Path(name).suffix}"
        number += 1
    os.replace(path, target)
    return target
