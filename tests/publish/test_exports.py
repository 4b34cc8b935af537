"""What comes out of an export is what the published copy holds, cell by cell, in every format."""

from __future__ import annotations

import csv
import json
import math
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import export_market
import pyarrow.parquet as pq
import pytest
from export_market import COLUMNS, FORMULAS, HARMLESS, HEADER, SYMBOLS, exported, rows

from publish.exports import export, formats, tables
from publish.exports.condition import parsed
from publish.exports.formulas import harmless
from publish.exports.selection import BATCH_ROWS, batches
from warehouse.errors import UsageError

FLAT = ("csv", "json", "parquet")
# Other tests hold these: changed for spreadsheets, not finite, or longer than DuckDB's JSON reads.
APART = ("symbol", HEADER, "rsi_14", "close", "volume")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_market.market(tmp_path_factory.mktemp("exports") / "market.duckdb")


@pytest.fixture(scope="module")
def place(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exports") / "place"
    exported(copy, place, *FLAT, tables=("daily_bars",))
    return place


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and math.isnan(one):
        return isinstance(other, float) and math.isnan(other)
    return bool(one == other)


def iso(moment: datetime) -> str:
    return f"{moment.isoformat()}Z"


def test_csv_has_every_cell_in_order_and_no_formula(place: Path) -> None:
    with (place / "daily_bars.csv").open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    assert header == [*list(COLUMNS)[:-1], f"'{HEADER}"]
    assert len(lines) == len(rows())
    for line, row in zip(lines, rows(), strict=True):
        found = dict(zip(COLUMNS, line, strict=True))
        assert found["symbol"] == harmless(row["symbol"])
        assert found[HEADER] == harmless(row[HEADER] or "")
        assert found["opened_at"] == iso(row["opened_at"])
        assert found["listed_on"] == str(row["listed_on"] or "")
        for name in ("close", "volume"):
            assert found[name] == ("" if row[name] is None else f"{row[name]:f}")
        for name in ("rsi_14", "price_change_pct"):
            assert alike(row[name], float(found[name]) if found[name] else None)
        assert found["trade_count"] == (
            "" if row["trade_count"] is None else str(row["trade_count"])
        )


def test_csv_tells_an_empty_text_from_none(place: Path) -> None:
    text = (place / "daily_bars.csv").read_text(encoding="utf-8")
    assert text.splitlines()[-1].endswith(",")
    assert ',""\n' in text


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_worked_out_is_not(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", [*HARMLESS, *SYMBOLS[:8]])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_json_lines_keep_text_as_text_and_digits_as_they_are(place: Path) -> None:
    lines = (place / "daily_bars.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    for line, row in zip(lines, rows(), strict=True):
        found = json.loads(line, parse_float=Decimal)
        assert list(found) == list(COLUMNS)
        for name in ("symbol", HEADER, "close", "volume", "trade_count", "is_partial"):
            assert found[name] == row[name], name
        assert found["opened_at"] == iso(row["opened_at"])
        double = row["rsi_14"]
        is_number = double is not None and math.isfinite(double)
        assert found["rsi_14"] is None if not is_number else float(found["rsi_14"]) == double


def test_parquet_is_typed_and_untouched(place: Path) -> None:
    table = pq.read_table(place / "daily_bars.parquet")
    for name, kind in COLUMNS.items():
        assert str(table.schema.field(name).type) == (
            "timestamp[us, tz=UTC]" if name.endswith("_at") else str(kind)
        )
    for found, row in zip(table.to_pylist(), rows(), strict=True):
        for name in COLUMNS:
            value = found[name].replace(tzinfo=None) if name.endswith("_at") else found[name]
            assert alike(row[name], value), name


def test_duckdb_reads_the_same_rows_from_all_three_with_the_declared_types(
    copy: Path, place: Path, tmp_path: Path
) -> None:
    built = exported(copy, tmp_path / "again", "csv", tables=("daily_bars",))
    declared = built.tables[0]["columns"]
    declared = {f"'{name}" if name == HEADER else name: kind for name, kind in declared.items()}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = [name for name in COLUMNS if name not in APART]
        shown = ", ".join(f'cast("{name}" as {declared[name]}) as "{name}"' for name in names)
        typed = ", ".join(f"'{name}': '{kind}'" for name, kind in declared.items()).replace(
            "''=1+1'", "'''=1+1'"
        )
        plain = ", ".join(f"'{name}': '{kind}'" for name, kind in declared.items())
        plain = plain.replace("''=", "'=")
        sources = [
            f"read_csv('{tmp_path}/again/daily_bars.csv', auto_detect = false, header = true,"
            f" delim = ',', quote = '\"', escape = '\"', columns = {{{typed}}})",
            f"read_json('{place}/daily_bars.jsonl', columns = {{{plain}}})",
            f"'{place}/daily_bars.parquet'",
        ]
        found = [connection.execute(f"select {shown} from {one}").fetchall() for one in sources]
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == len(rows())


def test_the_same_question_gives_the_same_bytes(copy: Path, tmp_path: Path) -> None:
    every = tuple(formats.MODULES)
    first, second = (
        exported(copy, tmp_path / name, *every, tables=("daily_bars", "instruments"))
        for name in ("one", "two")
    )
    assert first.files == second.files
    assert {file.format for file in first.files} == set(every)


def test_a_table_of_ones_own_comes_in_the_order_of_its_columns(copy: Path, tmp_path: Path) -> None:
    built = exported(
        copy, tmp_path / "own", "csv", "lineprotocol", tables=("own_notes", "daily_bars")
    )
    with (tmp_path / "own" / "own_notes.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))[1:]
    assert [line[2] for line in lines] == ["[a, b]"] * len(rows())
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)
    assert built.notes == ["own_notes is left out of lineprotocol: its rows are about no moment"]


def test_batches_are_of_one_size(copy: Path, tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        query = f"select range as number from range({2 * BATCH_ROWS + 5}) where range % 7 <> 3"
        sizes = [rows.num_rows for rows in batches(connection, query)]
    assert sizes[:-1] == [BATCH_ROWS]
    assert sum(sizes) == connection_count(query)


def connection_count(query: str) -> int:
    with duckdb.connect() as connection:
        return len(connection.execute(query).fetchall())


def test_a_condition_comes_back_as_duckdb_writes_it() -> None:
    assert parsed("close > 100 -- cheap ones left out") == '("close" > 100)'
    assert parsed("symbol in ('AAPL', 'it''s')") == "(symbol IN ('AAPL', 'it''s'))"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "close >",
        "true; drop table daily_bars",
        "1=1) or (1=1",
        "true limit 5",
        "true order by 1",
        "true union select 1",
        "true group by close",
        "true qualify true",
        "close > (select 1)",
        "exists (select * from read_csv('/etc/passwd'))",
        "close in (from 'x.csv')",
        "row_number() over () = 1",
        "close = ?",
        "close = $1",
        "columns(*) > 5",
        "known_at < now()",
        "known_at < current_timestamp",
        "random() < 0.5",
        "current_setting('memory_limit') <> ''",
        "uuid() <> ''",
    ],
)
def test_what_is_more_than_a_condition_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--where is no condition"):
        parsed(text)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"tables": ("daily_bar",)}, "no such table: daily_bar; did you mean daily_bars"),
        ({"symbols": ("1E6",)}, "no such symbol: 1E6; did you mean 1E5"),
        (
            {"where": "closee > 1", "tables": ("daily_bars",)},
            "no column closee; did you mean close",
        ),
        ({"where": "read_text('/etc/passwd') = ''"}, "--where"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one(
    copy: Path, tmp_path: Path, asked: dict[str, Any], said: str
) -> None:
    with (
        duckdb.connect(str(copy), read_only=True) as connection,
        pytest.raises(UsageError, match=said),
    ):
        export.plan(connection, export.Asked(("csv",), **asked))


def test_only_some_tables_have_an_as_of_form(copy: Path) -> None:
    with duckdb.connect(str(copy), read_only=True) as connection:
        with pytest.raises(UsageError, match="no as-of form of own_notes") as told:
            tables.chosen(connection, ("daily_bars", "own_notes"), True)
        assert "technical_indicators" in told.value.next_step
        assert tables.chosen(connection, (), True) == ["instruments", "daily_bars"]


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="no such format: pdf") as told:
        formats.chosen(["csv", "pdf"])
    assert "parquet" in told.value.next_step
    assert formats.chosen(["sql", "csv", "sql"]) == ("csv", "sql")
