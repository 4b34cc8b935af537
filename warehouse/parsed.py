"""The project as dbt parsed it, kept beside it for every data folder and process.

dbt keeps what it parsed too, but for one database file only; parsing anew takes ten times as
long as reading this.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from warehouse.settings import PROJECT

KEPT = PROJECT / "target" / "parsed"


def find(target: str) -> Any:
    """What was kept of just these files; None when nothing was, or it cannot be read."""
    from dbt.contracts.graph.manifest import Manifest
    from dbt.parser.manifest import extended_mashumuro_decoder

    try:
        written = _place(target).read_bytes()
        manifest = Manifest.from_msgpack(written, decoder=extended_mashumuro_decoder)
    except Exception:  # Whatever it is, parsing mends it.
        return None
    for node in manifest.nodes.values():
        # Where a seed's file is; the project may have moved since.
        if node.resource_type == "seed":
            node.root_path = str(PROJECT)
    manifest.build_parent_and_child_maps()
    manifest.build_flat_graph()
    return manifest


def is_kept(target: str) -> bool:
    return _place(target).exists()


def keep(written_by_dbt: Path, target: str) -> None:
    """A project that may not be written to is parsed anew each time."""
    place = _place(target)
    with suppress(OSError):
        KEPT.mkdir(parents=True, exist_ok=True)
        for older in KEPT.glob(f"{target}-*.msgpack"):
            older.unlink(missing_ok=True)
        whole = place.with_suffix(f".{os.getpid()}")
        shutil.copyfile(written_by_dbt, whole)
        whole.replace(place)


def _place(target: str) -> Path:
    from dbt.version import __version__

    told = hashlib.sha256(f"{__version__} {sys.version}".encode())
    for path in _files():
        told.update(f"{path.relative_to(PROJECT)}".encode())
        told.update(hashlib.sha256(path.read_bytes()).digest())
    return KEPT / f"{target}-{told.hexdigest()[:16]}.msgpack"


def _files() -> Iterator[Path]:
    yield from (PROJECT / name for name in ("dbt_project.yml", "profiles.yml", "selectors.yml"))
    yield from sorted(path for path in (PROJECT / "dbt_project").rglob("*") if path.is_file())
