"""Rows a second into landing, beside a bare Parquet file that nothing vouches for."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from bench.children import Figures, timed
from bench.rows import made_bars
from extract.landing import Landing
from warehouse.folder import DataFolder


def landed_folder(root: Path) -> DataFolder:
    """The folder that the other measurements go on with."""
    return DataFolder(root / "rows")


def landing(root: Path) -> Figures:
    table = made_bars()
    folder = landed_folder(root)
    folder.prepare("sandbox")
    own = Landing(folder)
    bare = root / "bare.parquet"
    # The peer goes first and has the better of two, so that a cold start is not held against it.
    plain = min(timed(lambda: pq.write_table(table, bare, compression="zstd")) for _ in range(2))
    seconds = timed(lambda: own.accept(1, [("binance_bars", table)]))
    return {"rows": table.num_rows, "seconds": seconds, "bare_seconds": plain}
