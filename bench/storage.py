"""Bytes a bar at rest, beside the same rows as CSV."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.builds import built_folder, count
from bench.children import Figures
from bench.landing import landed_folder
from extract.landing import Landing


def storage(root: Path) -> Figures:
    folder = landed_folder(root)
    line = Landing(folder).last_of("binance_bars")
    assert line
    csv = root / "rows.csv"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (from read_parquet('{folder.landing / line.path}')) to '{csv}' (format csv)"
        )
    market = built_folder(root)
    return {
        "csv": csv.stat().st_size / line.row_count,
        "landing": line.byte_count / line.row_count,
        "raw": folder.warehouse.stat().st_size / line.row_count,
        "market": market.market.resolve().stat().st_size / count(market),
    }
