"""At any instant the universe is what a warehouse showed that held the files accepted by then."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.dbt_project.raw_rows import RawRows, Row

FIRST = datetime(2026, 3, 2, 12)
ORDERED = "order by instrument_id"


def row(instrument_id: int, symbol: str, **changes: Any) -> Row:
    return {
        "instrument_id": instrument_id,
        "symbol": symbol,
        "name": symbol,
        "asset_class": "stock",
        "calendar": "XNYS",
        "currency": "USD",
        "groups": "personal",
        "yahoo_symbol": symbol,
        "known_at": FIRST,
        "is_followed": True,
        **changes,
    }


def was(instrument_id: int, symbol: str, valid_to: date) -> Row:
    return {
        "instrument_id": instrument_id,
        "provider": "*",
        "symbol": symbol,
        "valid_to": valid_to,
        "known_at": FIRST,
    }


SNAPSHOTS: list[tuple[str, list[Row]]] = [
    ("personal_universe", [row(1_000_001, "TWTR"), row(1_000_002, "BALL")]),
    (
        "personal_universe",
        [
            row(1_000_001, "TWTR", delisted_on=date(2026, 3, 3)),
            row(1_000_002, "BALL"),
            row(1_000_003, "TWTR"),
        ],
    ),
    (
        "personal_symbol_history",
        [was(1_000_002, "BALL", date(2026, 3, 4)), was(11, "ORCL", date(2026, 3, 4))],
    ),
    (
        "personal_universe",
        [
            row(1_000_001, "TWTR", delisted_on=date(2026, 3, 3)),
            row(1_000_002, "BLL"),
            row(1_000_003, "TWTR", is_followed=False),
            row(11, "ORC", delisted_on=date(2026, 3, 4)),
        ],
    ),
    ("personal_symbol_history", [was(1_000_001, "TWT", date(2024, 5, 6))]),
]


def test_the_universe_as_of_an_instant_is_the_one_that_was_shown_then(tmp_path: Path) -> None:
    raw = RawRows(tmp_path)
    shown: list[tuple[datetime, list[tuple[Any, ...]]]] = []
    selected = ("--select", "+instruments", "+universe_as_of", "--exclude", "test_type:singular")
    for number, (table, rows) in enumerate([("landing_files", []), *SNAPSHOTS]):
        at = FIRST + timedelta(hours=number)
        if rows:
            raw.land(table, rows, at)
        raw.build(*selected)
        shown.append((at + timedelta(minutes=1), raw.rows(f"select * from instruments {ORDERED}")))
    assert len({str(rows) for _, rows in shown}) == 5
    copy = tmp_path / "another_name.duckdb"
    copy.write_bytes(raw.path.read_bytes())
    with duckdb.connect(str(copy), read_only=True) as connection:
        for at, expected in shown:
            asked = f"select * from universe_as_of(timestamp '{at}') {ORDERED}"
            assert connection.execute(asked).fetchall() == expected
        before = "select count(*) from universe_as_of(timestamp '1999-12-31')"
        assert connection.execute(before).fetchone() == (0,)
