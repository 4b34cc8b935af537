"""Features as files: train, test and latest rows with a manifest, all of them or none."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from publish.features.columns import KEYS, LABELS, Column
from publish.features.instant import Known
from publish.features.rows import rows
from publish.features.split import FILES, Cut, Parts, part
from publish.parcel import MANIFEST, check_folder, swap, synced

KIND = "tapehouse features"
ROW_GROUP = 100_000


@dataclass(frozen=True)
class Asked:
    """What an export is of; equal questions to copies that knew as much give equal files."""

    cut: Cut
    groups: tuple[str, ...] = ("price",)
    symbols: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """Where the files are, and what their manifest says."""

    folder: Path
    manifest: dict[str, Any]


def export(
    connection: duckdb.DuckDBPyConnection, copy: str, at: Known, asked: Asked, folder: Path
) -> Exported:
    """Write the files of one question into a folder of their own."""
    check_folder(folder, KIND, (f"{name}.parquet" for name in FILES))
    found = rows(connection, at.as_of, asked.groups, asked.symbols)
    parts = part(found, asked.cut)
    folder.parent.mkdir(parents=True, exist_ok=True)
    written = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(written, ignore_errors=True)
    written.mkdir()
    try:
        files = [_write(written / f"{name}.parquet", parts, name) for name in FILES]
        manifest = {
            "kind": KIND,
            "project_version": version("tapehouse"),
            "published_copy": copy,
            "as_of": at.as_of.isoformat(),
            "known_seq": at.known_seq,
            "known_at": at.known_at.isoformat(),
            "interval": "1d",
            **asdict(asked.cut),
            "split": asked.cut.split.isoformat(),
            "groups": asked.groups,
            "symbols": asked.symbols,
            "rows": parts.counts,
            "files": files,
            "columns": [_told(one) for one in (*KEYS, *parts.features, *LABELS)],
            "left_out": found.left_out,
        }
        _put(written / MANIFEST, (json.dumps(manifest, indent=2) + "\n").encode())
        swap(written, folder)
    finally:
        shutil.rmtree(written, ignore_errors=True)
    return Exported(folder, manifest)


def default_name(at: Known, asked: Asked) -> str:
    """The same for the same question, another for any other."""
    cut = asked.cut
    plain = f"{at.as_of:%Y%m%dT%H%M%S}{f'.{at.as_of:%f}' if at.as_of.microsecond else ''}Z"
    rest = json.dumps([asked.groups, asked.symbols, cut.embargo, cut.keep_nulls])
    digest = hashlib.sha256(rest.encode()).hexdigest()[:8]
    return f"{plain}-split-{cut.split:%Y%m%d}-h{cut.horizon}-{digest}"


def _write(path: Path, parts: Parts, name: str) -> dict[str, Any]:
    """Nothing in the file tells when or from which copy it was written."""
    described = {one.name: one for one in (*KEYS, *parts.features, *LABELS)}
    table = parts.tables[name]
    schema = pa.schema(
        [
            field.with_metadata(
                {"role": described[field.name].role, "meaning": described[field.name].meaning}
            )
            for field in table.schema
        ]
    )
    pq.write_table(
        table.cast(schema).combine_chunks(),
        path,
        compression="zstd",
        compression_level=3,
        version="2.6",
        row_group_size=ROW_GROUP,
        write_page_checksum=True,
    )
    digest = synced(path)
    dates = pc.min_max(table["date"]).as_py()
    return {
        "name": path.name,
        "rows": table.num_rows,
        "instruments": len(pc.unique(table["instrument_id"])),
        "first_date": dates["min"] and dates["min"].isoformat(),
        "last_date": dates["max"] and dates["max"].isoformat(),
        "byte_count": path.stat().st_size,
        "sha256": digest,
    }


def _told(column: Column) -> dict[str, str]:
    """Empty fields say nothing."""
    return {name: value for name, value in asdict(column).items() if value}


def _put(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
