"""Five million bars as CSV and Parquet, beside DuckDB's own bare COPY of the same question."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from bench.children import Figures, timed
from flows.exports import MEMORY, reading
from publish.exports import export
from publish.exports.export import Asked
from publish.exports.formats import Stamp
from warehouse.folder import DataFolder

ROWS = 5_000_000
EACH = 5_000
AT = datetime(2026, 3, 11, 15, 0)
MADE = f"""
create table daily_bars as
with days as (select range as day from range({EACH})),
series as (select range as number from range({ROWS // EACH})),
drawn as (
    select
        number + 1 as instrument_id,
        'MADE' || number as symbol,
        timestamp '2006-01-02 14:30:00' + to_days(day::integer) as opened_at,
        100 + number % 400 + (hash(number, day) % 100000) / 1000 as price
    from days, series
)
select
    instrument_id, symbol, opened_at::date as session_date, opened_at,
    opened_at + interval '390 minutes' as closed_at,
    price::decimal(18, 8) as open, (price * 1.01)::decimal(18, 8) as high,
    (price * 0.99)::decimal(18, 8) as low, (price * 1.001)::decimal(18, 8) as close,
    (price * 12345)::decimal(24, 8) as volume, price / 7 as sma_20, price % 100 as rsi_14,
    'made' as provider, false as is_partial, 'final' as status, 1::bigint as known_seq
from drawn order by opened_at
"""


def market(root: Path) -> Path:
    """A copy whose bars lie by day, as runs bring them; an export wants them by instrument."""
    path = DataFolder(root / "exports").published / "market-000001.duckdb"
    if not path.exists():
        path.parent.mkdir(parents=True)
        with duckdb.connect(str(path)) as connection:
            connection.execute(MADE)
            connection.execute(
                "create table instruments as select 1::bigint as instrument_id,"
                " 'MADE0' as symbol, 'XNYS' as calendar"
            )
    return path


def exports_market(root: Path) -> Figures:
    return {"bytes": market(root).stat().st_size}


def _ours(root: Path, format: str) -> Figures:
    copy, place = market(root), root / f"exported-{format}"
    place.mkdir()
    with reading(copy, place) as connection:
        planned = export.plan(connection, Asked((format,), ("daily_bars",)))
        stamp = Stamp(1, AT, copy.name, 1, None, export.zones(connection), 1000)
        seconds = timed(lambda: export.build(connection, planned, stamp, place))
    return {"rows": planned.row_count, "seconds": seconds}


def _bare(root: Path, format: str, options: str) -> Figures:
    """As much memory, nothing synced, hashed or made harmless."""
    path = root / f"bare.{format}"
    limits: dict[str, Any] = {"memory_limit": MEMORY, "temp_directory": str(root / "spill")}
    with duckdb.connect(str(market(root)), read_only=True, config=limits) as connection:
        asked = "select * from daily_bars order by instrument_id, opened_at"
        copy = f"copy ({asked}) to '{path}' (format {format}{options})"
        seconds = timed(lambda: connection.execute(copy))
    return {"rows": ROWS, "seconds": seconds, "bytes": path.stat().st_size}


def exports_csv(root: Path) -> Figures:
    return _ours(root, "csv")


def exports_csv_bare(root: Path) -> Figures:
    return _bare(root, "csv", ", header, force_quote (symbol, provider, status)")


def exports_parquet(root: Path) -> Figures:
    return _ours(root, "parquet")


def exports_parquet_bare(root: Path) -> Figures:
    return _bare(root, "parquet", ", compression zstd")


# Measured when they are named: `python -m bench exports`.
BY_HAND = {
    one.__name__: one
    for one in (
        exports_market, exports_csv, exports_csv_bare, exports_parquet, exports_parquet_bare,
    )
}  # fmt: skip
