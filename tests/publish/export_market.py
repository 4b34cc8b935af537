"""A published copy whose cells are as awkward as cells get."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flows.exports import reading
from publish.exports import export
from publish.exports.export import Asked, Built
from publish.exports.formats import Stamp

AT = datetime(2026, 3, 11, 15, 0)
OPENED = datetime(2026, 3, 6, 14, 30)
# Tickers that are words or numbers elsewhere, and what a spreadsheet would work out.
SYMBOLS = (
    "TRUE", "NA", "NAN", "NULL", "INF", "1E5", "000001", "0700.HK", "BRK/B", "^GSPC", "EURUSD=X",
    "ES=F", "a b,c=d", "é✓ 株", "'quoted'", 'say "no"', "back\\slash", "50%", "{{7*7}}", "null",
)  # fmt: skip
FORMULAS = (
    "=cmd|'/c calc'!A0", "+1", "-1", "@x", "\tx", "\rx", "\nx", " =x", "\u00a0=x", " \t-x",
    "\uff1dx", "\u200b@x",
)  # fmt: skip
HARMLESS = ("a=b", "1+1", "x@y", "", " x", "a\nb", "a\r\nb,c", "'=1", "100")
NAMES = (*FORMULAS, *HARMLESS)
HEADER = "=1+1"
COLUMNS: dict[str, pa.DataType] = {
    "instrument_id": pa.int64(),
    "symbol": pa.string(),
    "session_date": pa.date32(),
    "opened_at": pa.timestamp("us"),
    "closed_at": pa.timestamp("us"),
    "close": pa.decimal128(18, 8),
    "volume": pa.decimal128(24, 8),
    "rsi_14": pa.float64(),
    "price_change_pct": pa.float64(),
    "trade_count": pa.int64(),
    "version_number": pa.int32(),
    "is_partial": pa.bool_(),
    "listed_on": pa.date32(),
    HEADER: pa.string(),
}
CLOSES = ("0.00000001", "9999999999.99999999", "-5.10000000", "187.35000000", None)
VOLUMES = ("999999999999999.12345678", "0.00000000", "1234.50000000")
DOUBLES = (0.1, -1e-300, 1e300, float("nan"), float("inf"), float("-inf"), None, 1 / 3, 55.0)
COUNTS = (2**53 + 1, -(2**62), 0, None, 7)


def rows() -> list[dict[str, Any]]:
    """In the order of the key, so that every format must show them so."""
    found = []
    for number in range(60):
        opened_at = OPENED + timedelta(days=number % 5, microseconds=number % 3)
        close = CLOSES[number % len(CLOSES)]
        found.append(
            {
                "instrument_id": number // 5 + 1,
                "symbol": SYMBOLS[number // 5],
                "session_date": opened_at.date(),
                "opened_at": opened_at,
                "closed_at": opened_at + timedelta(hours=6),
                "close": close and Decimal(close),
                "volume": Decimal(VOLUMES[number % len(VOLUMES)]),
                "rsi_14": DOUBLES[number % len(DOUBLES)],
                "price_change_pct": -1.5,
                "trade_count": COUNTS[number % len(COUNTS)],
                "version_number": number,
                "is_partial": (True, False, None)[number % 3],
                "listed_on": (date(1817, 3, 8), date(9999, 12, 31), None)[number % 3],
                HEADER: None if number == 59 else NAMES[number % len(NAMES)],
            }
        )
    return found


def instruments() -> list[dict[str, Any]]:
    calendars = ("XNYS", "XTKS", "24/7")
    return [
        {
            "instrument_id": number,
            "symbol": symbol,
            "name": NAMES[number % len(NAMES)],
            "calendar": calendars[number % 3],
        }
        for number, symbol in enumerate(SYMBOLS, start=1)
    ]


def market(path: Path) -> Path:
    """The rows lie in the file in another order."""
    held = rows()
    bars = pa.table({name: [row[name] for row in held] for name in COLUMNS}, pa.schema(COLUMNS))
    listed = pa.Table.from_pylist(instruments())
    with duckdb.connect(str(path)) as connection:
        connection.register("bars", bars)
        connection.register("listed", listed)
        connection.execute("create table daily_bars as select * from bars order by hash(symbol)")
        connection.execute("create table instruments as select * from listed")
        connection.execute(
            "create view own_notes as select symbol, rsi_14, ['a', 'b'] as labels from daily_bars"
        )
        connection.execute(
            "create table landing_files as select 9 as file_seq, 9 as group_seq, "
            "timestamp '2026-03-11' as accepted_at"
        )
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.build_marks as select 'daily_bars' as model,"
            " 9 as built_to_file_seq"
        )
    return path


def exported(copy: Path, place: Path, *formats: str, **asked: Any) -> Built:
    place.mkdir()
    with reading(copy, place) as connection:
        planned = export.plan(connection, Asked(formats, **asked))
        stamp = Stamp(
            12, AT, "market-000001.duckdb", 9, None, export.zones(connection),
            planned.asked.batch_size,
        )  # fmt: skip
        return export.build(connection, planned, stamp, place)
