"""Rows a second from landing to queryable raw, beside a bare insert and beside dlt with dicts."""

from __future__ import annotations

from pathlib import Path

import duckdb

from bench.children import Figures, timed
from bench.landing import landed_folder
from bench.rows import made_bars
from extract import raw_tables
from extract.landing import Landing
from warehouse import clock
from warehouse.settings import export_for_children

DICT_ROWS = 20_000
WARM_UP = 200


def loading(root: Path) -> Figures:
    folder = landed_folder(root)
    own = Landing(folder)
    line = own.last_of("binance_bars")
    assert line
    source = folder.landing / line.path
    floor = min(bare_insert(root / f"floor-{number}.duckdb", source) for number in range(2))
    seconds = timed(lambda: raw_tables.load(folder, own))
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        held = connection.execute("select count(*) from raw.binance_bars").fetchone()
    assert held
    assert held[0] == line.row_count
    return {"rows": line.row_count, "seconds": seconds, "floor_seconds": floor}


def bare_insert(path: Path, source: Path) -> float:
    """Nothing is checked, booked or safe to be killed: the least that DuckDB itself can do."""
    started = clock.monotonic()
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table bars as select * from read_parquet('{source}')")
        connection.execute("checkpoint")
    return clock.monotonic() - started


def dicts(root: Path) -> Figures:
    """The usual way to feed dlt: one dict a row, normalised in Python, into the same engine."""
    export_for_children(RUNTIME__DLTHUB_TELEMETRY="false", RUNTIME__LOG_LEVEL="ERROR")
    import dlt

    rows = made_bars().slice(0, DICT_ROWS).to_pylist()
    pipeline = dlt.pipeline(
        pipeline_name="dicts",
        pipelines_dir=str(root / "dlt"),
        destination=dlt.destinations.duckdb(str(root / "dicts.duckdb")),
        dataset_name="raw",
    )
    pipeline.run(rows[:WARM_UP], table_name="binance_bars", write_disposition="append")
    started = clock.monotonic()
    pipeline.run(rows, table_name="binance_bars", write_disposition="append")
    return {"rows": DICT_ROWS, "seconds": clock.monotonic() - started}
