"""Features hold nothing of what came later, and the same question gives the same bytes."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publish import open_market
from publish.features import columns, rows
from publish.features.export import Asked, export
from publish.features.instant import Known, known, literal, parsed
from publish.features.split import FILES, Cut, part
from publish.parcel import MANIFEST
from warehouse import clock
from warehouse.errors import UsageError
from warehouse.folder import DataFolder

NOON = datetime(2026, 3, 11, 15, 30)
SPLIT = date(2025, 6, 1)
SYMBOLS = ("AAPL", "BTCUSDT", "GOLD", "SPX", "TSM", "US10Y")


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


@pytest.fixture(scope="module")
def found(market: duckdb.DuckDBPyConnection) -> rows.Rows:
    return rows.rows(market, NOON, columns.GROUPS, SYMBOLS)


@pytest.fixture(scope="module")
def prices(market: duckdb.DuckDBPyConnection) -> rows.Rows:
    return rows.rows(market, NOON, ("price",))


@pytest.fixture
def at(market: duckdb.DuckDBPyConnection) -> Known:
    clock.use(lambda: NOON)
    return known(market, NOON)


def computed(market: duckdb.DuckDBPyConnection, bars: pl.DataFrame) -> pa.Table:
    plan, shown = rows.planned(market)
    chosen, _ = columns.features([one["name"] for one in shown], columns.GROUPS, {})
    return rows.compute(bars, plan, shown, chosen)


@pytest.mark.parametrize("last", [date(2024, 4, 2), date(2024, 12, 31), date(2026, 2, 17)])
def test_cutting_off_later_bars_changes_no_bit_of_a_row(
    market: duckdb.DuckDBPyConnection, found: rows.Rows, last: date
) -> None:
    bars = rows.known_bars(market, NOON, SYMBOLS).filter(pl.col("date") <= last)
    whole = found.table.filter(pa.compute.less_equal(found.table["date"], pa.scalar(last)))
    assert whole.num_rows > 90
    assert computed(market, bars).equals(whole)


def test_features_are_the_indicators_as_of_the_instant(
    market: duckdb.DuckDBPyConnection, found: rows.Rows
) -> None:
    """The same plan as SQL: alike but for the last digits, and for an index that closes later."""
    shown = ", ".join(f"{one.expression} as {one.name}" for one in found.features)
    asked = market.execute(
        f"select {shown} from indicators_as_of({literal(NOON)})"
        " where not is_partial and list_contains(?, symbol) order by instrument_id, opened_at",
        [list(SYMBOLS)],
    ).to_arrow_table()
    assert asked.num_rows == found.table.num_rows > 3000
    for one in found.features:
        pairs = zip(asked[one.name].to_pylist(), found.table[one.name].to_pylist(), strict=True)
        assert all(
            here == there
            or (None not in (here, there) and math.isclose(here, there, rel_tol=1e-8, abs_tol=1e-9))
            for here, there in pairs
        ), one.name


def test_a_split_that_comes_later_moves_no_feature(
    market: duckdb.DuckDBPyConnection, found: rows.Rows
) -> None:
    """Half of every price and twice the volume: what a 2:1 split makes of all bars before it."""
    half, twice = pl.lit(Decimal("0.5")), pl.lit(Decimal(2))
    bars = rows.known_bars(market, NOON, SYMBOLS)
    split = bars.with_columns(
        *[(pl.col(one) * half).cast(bars.schema[one]) for one in ("close", "high", "low")],
        (pl.col("volume") * twice).cast(bars.schema["volume"]),
    )
    moved = computed(market, split)
    assert moved["close"] != found.table["close"]
    for one in found.features:
        for here, there in zip(
            found.table[one.name].to_pylist(), moved[one.name].to_pylist(), strict=True
        ):
            assert (here is None) == (there is None), one.name
            assert here is None or math.isclose(here, there, rel_tol=1e-5, abs_tol=1e-6), one.name


def test_every_indicator_is_a_feature_or_left_out_for_a_reason(
    market: duckdb.DuckDBPyConnection, found: rows.Rows
) -> None:
    _, shown = rows.planned(market)
    assert set(found.left_out) == set(columns.LEFT_OUT)
    assert len(found.features) + len(found.left_out) == len(shown)
    assert all(one.meaning for one in found.features)


@pytest.mark.parametrize(("horizon", "embargo"), [(1, 0), (5, 0), (20, 7)])
def test_no_train_label_reaches_the_split_and_every_row_is_in_one_part(
    prices: rows.Rows, horizon: int, embargo: int
) -> None:
    parts = part(prices, Cut(SPLIT, horizon, embargo))
    train, test, latest = (parts.tables[name].to_pylist() for name in FILES)
    assert max(row["label_date"] for row in train) < SPLIT
    assert max(row["date"] for row in train) < SPLIT <= min(row["date"] for row in test)
    assert sum(parts.counts.values()) == prices.table.num_rows
    assert "label_return" not in latest[0]
    bars: dict[int, list[dict[str, Any]]] = {}
    for bar in prices.table.select(["instrument_id", "date", "close"]).to_pylist():
        bars.setdefault(bar["instrument_id"], []).append(bar)
    place = {
        (number, bar["date"]): position
        for number, own in bars.items()
        for position, bar in enumerate(own)
    }
    for row in train + test:
        own = bars[row["instrument_id"]]
        now = place[row["instrument_id"], row["date"]]
        assert row["label_date"] == own[now + horizon]["date"]
        gain = float(own[now + horizon]["close"]) / float(own[now]["close"]) - 1
        assert row["label_return"] == gain
        assert row["label_up"] == (gain > 0)
    for number, own in bars.items():
        if begun := [row["date"] for row in test if row["instrument_id"] == number]:
            after = [bar["date"] for bar in own if bar["date"] >= SPLIT]
            assert min(begun) == after[embargo]
        scored = [row["date"] for row in latest if row["instrument_id"] == number]
        assert scored == [bar["date"] for bar in own[-horizon:]][: len(scored)]


def test_the_same_question_gives_the_same_bytes_and_a_manifest_that_says_so(
    market: duckdb.DuckDBPyConnection, at: Known, tmp_path: Path
) -> None:
    asked = Asked(Cut(SPLIT, 5), ("price", "volume"), ("AAPL", "MSFT"))
    done = [export(market, "market.duckdb", at, asked, tmp_path / name) for name in ("a", "a", "b")]
    assert done[0].manifest == done[1].manifest == done[2].manifest
    told = json.loads((tmp_path / "b" / MANIFEST).read_text(encoding="utf-8"))
    assert (told["as_of"], told["split"], told["horizon"]) == (NOON.isoformat(), "2025-06-01", 5)
    for file in told["files"]:
        content = (tmp_path / "a" / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert content == (tmp_path / "b" / file["name"]).read_bytes()
    table = pq.read_table(tmp_path / "a" / "train.parquet")
    assert table.num_rows == told["rows"]["train"] > 100
    assert [one["name"] for one in told["columns"]] == table.column_names
    assert {one["role"] for one in told["columns"]} == {"key", "feature", "label"}
    assert "close" not in table.column_names
    assert not any(table[one.name].null_count for one in table.schema)
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_a_folder_with_other_files_is_left_alone(
    market: duckdb.DuckDBPyConnection, at: Known, tmp_path: Path
) -> None:
    (tmp_path / "train.parquet").write_text("mine")
    with pytest.raises(UsageError, match="holds other files"):
        export(market, "market.duckdb", at, Asked(Cut(SPLIT)), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["train.parquet"]


@pytest.mark.parametrize(
    ("instant", "reason"),
    [
        (NOON + timedelta(minutes=1), "is in the future"),
        (datetime(2026, 3, 1), "the first became known at 2026-03-10"),
    ],
)
def test_an_instant_that_makes_no_sense_is_refused(
    market: duckdb.DuckDBPyConnection, instant: datetime, reason: str
) -> None:
    clock.use(lambda: NOON)
    with pytest.raises(UsageError, match=reason):
        known(market, instant)


def test_an_instant_without_an_offset_is_utc() -> None:
    noon = datetime(2026, 3, 10, 20, 0)
    for text in ("2026-03-10T20:00", "2026-03-10 20:00Z", "2026-03-10T16:00-04:00"):
        assert parsed(text) == noon
    with pytest.raises(UsageError, match="not an instant"):
        parsed("yesterday")


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        (Cut(date(2020, 1, 1)), "outside the data: bars go from 2024-03-11 to 2026-03-10"),
        (Cut(date(2026, 3, 11)), "outside the data"),
        (Cut(date(2024, 4, 1)), "no row to train on before 2024-04-01: .* incomplete"),
        (Cut(date(2026, 3, 9), 5), "no row to test on from 2026-03-09: .* latest"),
    ],
)
def test_a_split_that_leaves_nothing_says_why(prices: rows.Rows, cut: Cut, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        part(prices, cut)


def test_symbols_and_groups_that_are_not_there_are_named(
    market: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(UsageError, match="NOPE"):
        rows.rows(market, NOON, ("price",), ("AAPL", "NOPE"))
    with pytest.raises(UsageError, match="no such features: news"):
        rows.rows(market, NOON, ("news",))
    early = rows.rows(market, datetime(2026, 3, 10, 20), ("price",))
    assert set(early.table["symbol"].to_pylist()) == {"MSFT", "ORCL"}
