"""Files that a person drops into the inbox."""

from __future__ import annotations

import codecs
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dropped import HEADER, ROW, Inbox, rows

from extract.file_drop import symbols_in


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_a_plain_csv_lands_exactly(inbox: Inbox) -> None:
    landed = inbox.land("bars.csv", f"{HEADER}\n{ROW}\n")
    assert rows(landed) == [
        {
            "request_id": 7_000_001,
            "file_name": "bars.csv",
            "line_number": 2,
            "symbol": "AAPL",
            "interval": "1d",
            "bar_date": date(2026, 3, 10),
            "opened_at": None,
            "open": Decimal("254.38000000"),
            "high": Decimal("256.86000000"),
            "low": Decimal("253.18000000"),
            "close": Decimal("256.76000000"),
            "volume": Decimal("87342859.00000000"),
        }
    ]
    request = landed.requests[0]
    assert (request["outcome"], request["row_count"], request["endpoint"]) == ("ok", 1, "file")
    assert request["url"] == "inbox/bars.csv"


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + f"{HEADER}\r\n{ROW}\r\n".encode(),
        f"{HEADER}\n{ROW}".encode("utf-16"),
        f"{HEADER}\n{ROW}".encode("utf-16-le"),
        f"{HEADER}\n{ROW}".encode("utf-16-be"),
        f"{HEADER}\n{ROW}".replace(",", ";").encode(),
        f"{HEADER}\n{ROW}".replace(",", "\t").encode(),
        f"{HEADER.title()}\n\n  \n{ROW}\n".encode(),
        f'{HEADER},remark\n"AAPL",{ROW[5:]},"a, b"\n'.encode(),
        f" Symbol , Date ,OPEN,High,low,CLOSE,Volume\n{ROW}".encode(),
    ],
    ids=["bom-crlf", "utf16", "utf16le", "utf16be", "semicolon", "tab", "blank", "quoted", "case"],
)
def test_every_common_way_of_writing_a_csv_means_the_same(inbox: Inbox, content: bytes) -> None:
    landed = inbox.land("bars.csv", content)
    assert landed.rejected == []
    assert [(row["symbol"], row["close"]) for row in rows(landed)] == [("AAPL", Decimal("256.76"))]


@pytest.mark.parametrize("symbol", ["TRUE", "NA", "NAN", "NULL", "INF", "1E5", "000001", "0700.HK"])
@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_symbols_stay_text(inbox: Inbox, symbol: str, kind: str) -> None:
    row = {"symbol": symbol, "date": "2026-03-10", "open": 1, "high": 1, "low": 1, "close": 1,
           "volume": 1}  # fmt: skip
    if kind == "csv":
        content: str | bytes = f"{HEADER}\n{symbol},2026-03-10,1,1,1,1,1"
    elif kind == "json":
        content = json.dumps([row])
    else:
        pq.write_table(pa.Table.from_pylist([row]), inbox.path / "x.parquet")
        content = (inbox.path / "x.parquet").read_bytes()
    landed = inbox.land(f"bars.{kind}", content)
    assert [row["symbol"] for row in rows(landed)] == [symbol]
    assert symbols_in(inbox.path / f"bars.{kind}") == [symbol]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('AAPL,2026-03-10,1,1,1,"1,234.5",1', "close is not a plain number: '1,234.5'"),
        ("AAPL,2026-03-10,1,1,1,1.234.567,1", "close is not a plain number"),
        ("AAPL,2026-03-10,1,1,1,,1", "close is empty"),
        ("AAPL,2026-03-10,1,1,1,-,1", "close is not a plain number: '-'"),
        ("AAPL,2026-03-10,NaN,1,1,1,1", "open is not a plain number: 'NaN'"),
        ("AAPL,2026-03-10,1e400,1,1,1,1", "open is too large"),
        ("AAPL,2026-03-10,10000000000,1,1,1,1", "open is too large"),
        ("AAPL,2026-03-10,1,1,1,1,None", "volume is not a plain number: 'None'"),
        ("AAPL,03/10/2026,1,1,1,1,1", "date is not written as 2026-03-10"),
        ("AAPL,2026-02-30,1,1,1,1,1", "date is not written as 2026-03-10"),
        ("AAPL,,1,1,1,1,1", "neither date nor opened_at is given"),
        ("AAPL,2999-01-01,1,1,1,1,1", "the bar lies in the future"),
        ("AAPL,0001-01-01,1,1,1,1,1", "a bar of the year 1"),
        (",2026-03-10,1,1,1,1,1", "symbol holds characters that no symbol has"),
        ("=cmd|'/c'!A0,2026-03-10,1,1,1,1,1", "symbol holds characters that no symbol has"),
        ("AAPL,2026-03-10,1,1,1", "5 cells under a header of 7"),
        ("AAPL,2026-03-10,1,1,1,1,1,1,1", "9 cells under a header of 7"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line(inbox: Inbox, row: str, reason: str) -> None:
    landed = inbox.land("bars.csv", f"{HEADER}\n{ROW}\n{row}\n{ROW}\n")
    assert [row["line_number"] for row in rows(landed)] == [2, 4]
    assert len(landed.rejected) == 1
    assert landed.rejected[0]["reason"].startswith(f"bars.csv, line 3: {reason}")
    assert landed.requests[0]["row_count"] == 3


def test_empty_cells_other_than_the_close_are_null(inbox: Inbox) -> None:
    landed = inbox.land("yields.csv", f"{HEADER}\nUS10Y,2026-03-10,,,,4.15,\n")
    row = rows(landed)[0]
    assert (row["open"], row["volume"], row["close"]) == (None, None, Decimal("4.15"))


def test_long_decimals_are_rounded_to_the_column(inbox: Inbox) -> None:
    landed = inbox.land("bars.csv", f"{HEADER}\nA,2026-03-10,1,1,1,187.35000610351562,0.1\n")
    assert rows(landed)[0]["close"] == Decimal("187.35000610")


@pytest.mark.parametrize(
    ("text", "opened_at"),
    [
        ("2026-03-10T14:30:00", datetime(2026, 3, 10, 14, 30)),
        ("2026-03-10 14:30", datetime(2026, 3, 10, 14, 30)),
        ("2026-03-10T14:30:00Z", datetime(2026, 3, 10, 14, 30)),
        ("2026-03-10T10:30:00-04:00", datetime(2026, 3, 10, 14, 30)),
    ],
)
def test_intraday_bars_stand_at_their_instant_in_utc(
    inbox: Inbox, text: str, opened_at: datetime
) -> None:
    header = "symbol,interval,opened_at,open,high,low,close,volume"
    landed = inbox.land("bars.csv", f"{header}\nAAPL,1m,{text},1,1,1,1,1\n")
    assert [(row["interval"], row["opened_at"]) for row in rows(landed)] == [("1m", opened_at)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("AAPL,7m,2026-03-10T14:30:00,1,1,1,1,1", "interval is not one of"),
        ("AAPL,1m,2026-03-10T14:30:07,1,1,1,1,1", "opened_at is off the grid of 1m"),
        ("AAPL,1m,,1,1,1,1,1", "a bar of 1m needs opened_at"),
        ("AAPL,1m,2026-03-10,1,1,1,1,1", "opened_at is not written as"),
        ("AAPL,1m,1773153000,1,1,1,1,1", "opened_at is not written as"),
    ],
)
def test_bad_intraday_rows_are_set_aside(inbox: Inbox, row: str, reason: str) -> None:
    header = "symbol,interval,opened_at,open,high,low,close,volume"
    landed = inbox.land("bars.csv", f"{header}\n{row}\n")
    assert rows(landed) == []
    assert reason in landed.rejected[0]["reason"]


def test_json_numbers_keep_their_digits(inbox: Inbox) -> None:
    content = (
        '[{"Symbol":"AAPL","date":"2026-03-10","open":0.1,"high":"256.86","low":1,'
        '"close":256.12345678,"volume":12},'
        '{"symbol":1,"date":"2026-03-10","open":1,"high":1,"low":1,"close":1,"volume":1},'
        '{"symbol":"A","date":"2026-03-10","open":NaN,"high":1,"low":1,"close":1,"volume":1},7]'
    )
    landed = inbox.land("bars.json", content)
    assert [(row["open"], row["close"]) for row in rows(landed)] == [
        (Decimal("0.1"), Decimal("256.12345678"))
    ]
    assert [row["reason"].split(": ", 1)[1] for row in landed.rejected] == [
        "symbol is not text: 1",
        "open is not a plain number: 'NaN'",
        "not an object with named fields",
    ]


def test_a_torn_json_line_costs_only_itself(inbox: Inbox) -> None:
    line = json.dumps({"symbol": "A", "date": "2026-03-10", "open": 1, "high": 1, "low": 1,
                       "close": 1, "volume": 1})  # fmt: skip
    landed = inbox.land("bars.jsonl", f"{line}\n{line[:40]}\n{line}")
    assert [row["line_number"] for row in rows(landed)] == [1, 3]
    assert landed.rejected[0]["reason"].startswith("bars.jsonl, line 2: not JSON")


def test_parquet_types_are_taken_as_they_are(inbox: Inbox) -> None:
    table = pa.table(
        {
            "Symbol": ["A", "B"],
            "interval": ["1h", "1h"],
            "opened_at": pa.array(
                [datetime(2026, 3, 10, 14, 30), datetime(2026, 3, 10, 15, 30)],
                pa.timestamp("ns", "UTC"),
            ),
            "open": [0.1 + 0.2, 1.0],
            "high": pa.array([Decimal("1.5"), Decimal("2")], pa.decimal128(9, 2)),
            "low": pa.array([1, 2], pa.int8()),
            "close": [1.0, float("nan")],
            "volume": [1, 2**53],
        }
    )
    pq.write_table(table, inbox.path / "x")
    landed = inbox.land("bars.parquet", (inbox.path / "x").read_bytes())
    assert [(row["open"], row["high"], row["opened_at"]) for row in rows(landed)] == [
        (Decimal("0.3"), Decimal("1.5"), datetime(2026, 3, 10, 14, 30))
    ]
    assert "line 2: close is not finite" in landed.rejected[0]["reason"]
