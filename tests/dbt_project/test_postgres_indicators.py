"""The indicators on a real PostgreSQL: the same rows, nulls and values as DuckDB has."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import psycopg2
import pytest

from bench.engines import indicators
from bench.engines.indicators import Held
from bench.engines.postgres_server import Postgres
from bench.indicators.histories import KINDS
from bench.indicators.scratch import MEASURED, SHOWN, Scratch

SERIES = 12
# Longer than a block of recursive averages, so that some blocks inherit.
LONGEST = 1500


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    return indicators.on_duckdb(tmp_path_factory.mktemp("engines"), 5, SERIES, LONGEST)


@pytest.fixture(scope="module")
def built(scratch: Scratch, postgres: Postgres) -> Postgres:
    indicators.on_postgres(scratch, postgres)
    return postgres


@pytest.fixture(scope="module")
def held(scratch: Scratch, built: Postgres) -> Held:
    return indicators.held_together(scratch, built)


def test_every_kind_of_series_is_among_them(scratch: Scratch) -> None:
    assert len(KINDS) < SERIES
    lengths = scratch.table(f"select count(*) as bars from {SHOWN} group by instrument_id")["bars"]
    assert len(lengths) == SERIES
    assert lengths.min() == 2
    assert lengths.sort()[-2] > 1024


def test_postgres_has_the_rows_and_values_of_duckdb(held: Held) -> None:
    assert not held.broken
    assert not held.errors.elsewhere
    assert held.series == SERIES
    assert held.passed, held.errors.worst


def test_every_column_of_every_family_was_held(scratch: Scratch, held: Held) -> None:
    columns = set(scratch.table(f"select * from {SHOWN} limit 0").columns)
    others = {"instrument_id", "symbol", "date", "opened_at", "is_partial", "known_seq"}
    assert set(held.errors.worst) == columns - others
    assert len(held.errors.worst) == 45


def test_postgres_keeps_what_the_models_say_of_themselves(built: Postgres) -> None:
    """Types of the contract, comments, and the mark of the build."""
    with psycopg2.connect(built.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'main' and table_name = %s",
            [SHOWN],
        )
        types = dict(cursor.fetchall())
        assert types["sma_20"] == "double precision"
        assert types["log_return"] == "numeric"
        cursor.execute("select obj_description(%s::regclass)", [f"main.{SHOWN}"])
        assert "One row per instrument and session" in cursor.fetchall()[0][0]
        cursor.execute("select model, rules_hash is null from intermediate.build_marks")
        assert cursor.fetchall() == [(MEASURED, False)]


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.with_columns(pl.col("rsi_14") * (1 + 1e-11)),
        lambda rows: rows.with_columns(pl.col("bb_position") + 1e-9),
        lambda rows: rows.with_columns(pl.col("macd_line").shift(1)),
        lambda rows: rows.with_columns(pl.col("ichimoku_span_b").fill_null(0.0)),
        lambda rows: rows.with_columns(pl.col("correlation_60") + 1e-7),
        lambda rows: rows.with_columns(pl.col("symbol").str.to_lowercase()),
        lambda rows: rows.head(-1),
        lambda rows: rows.drop("obv"),
    ],
)
def test_a_table_that_differs_does_not_pass(
    scratch: Scratch, change: Callable[[pl.DataFrame], pl.DataFrame]
) -> None:
    ours = scratch.table(f"select * from {SHOWN} order by instrument_id, date")
    assert indicators.compare(ours, ours).passed
    assert not indicators.compare(ours, change(ours)).passed
