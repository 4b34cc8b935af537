"""Readers get typed tables of the library they name, and clear words where there is nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from publish import Market, open_market
from warehouse.errors import TapehouseError, UsageError
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[Market]:
    with open_market(demo.market, frame="polars") as found:
        yield found


def test_the_page_s_recipe_works(demo: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(demo.root))
    text = (PROJECT / "docs" / "delivery" / "python.md").read_text(encoding="utf-8")
    recipe = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert recipe
    found: dict[str, Any] = {}
    exec(recipe[1], found)
    assert list(found["daily"]["symbol"].unique()) == ["AAPL"]
    assert set(found["minutes"]["symbol"]) == {"AAPL", "MSFT"}
    assert len(found["minutes"]) == 120
    for name in ("daily", "known", "signals", "holes", "moved"):
        assert len(found[name]), name
    assert found["top"].num_rows == 3
    kinds = {name: type(found[name]) for name in ("daily", "known", "top")}
    assert kinds == {"daily": pd.DataFrame, "known": pl.DataFrame, "top": pa.Table}


@pytest.mark.parametrize("frame", ["pandas", "polars", "arrow"])
def test_every_library_gets_the_same_values(demo: DataFolder, frame: Any) -> None:
    with open_market(demo.market) as market:
        query = "select close, opened_at, session_date, trade_count, is_partial from daily_bars "
        query += "where symbol in ('AAPL', 'BTCUSDT') order by symbol, opened_at"
        rows = market.execute(query).fetchall()
        answer = market.sql(query, frame=frame)
        found = {
            "pandas": lambda: list(answer.itertuples(index=False, name=None)),
            "polars": lambda: answer.rows(),
            "arrow": lambda: list(zip(*(c.to_pylist() for c in answer.columns), strict=True)),
        }[frame]()
    assert len(found) == len(rows) > 1000
    assert any(row[3] is None for row in rows)
    for given, (close, opened_at, day, trades, is_partial) in zip(found, rows, strict=True):
        assert given[0] == float(close)
        assert given[1] == opened_at.replace(tzinfo=UTC)
        assert (given[2].date() if frame == "pandas" else given[2]) == day
        assert pd.isna(given[3]) if trades is None else given[3] == trades
        assert bool(given[4]) is is_partial


def test_columns_are_typed_where_values_are_missing(demo: DataFolder) -> None:
    with open_market(demo.market) as market:
        kinds = market.bars("AAPL").dtypes.astype(str)
    wanted = {"trade_count": "Int64", "is_partial": "boolean", "close": "float64"}
    wanted |= {"opened_at": "datetime64[us, UTC]"}
    assert {name: kinds[name] for name in wanted} == wanted


def test_decimals_come_as_stored_when_asked_for(demo: DataFolder) -> None:
    with open_market(demo.market, frame="polars", decimals="decimal") as market:
        close = market.bars("AAPL")["close"]
        stored = market.execute(
            "select close from daily_bars where symbol = 'AAPL' order by opened_at"
        ).fetchall()
    assert close.dtype == pl.Decimal(18, 8)
    assert close.to_list() == [value for (value,) in stored]
    assert isinstance(close[0], Decimal)


def test_days_include_both_ends_and_instants_only_the_first(market: Market) -> None:
    days = market.bars("AAPL", start="2026-03-05", end=date(2026, 3, 9))["session_date"]
    assert days.to_list() == [date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 9)]
    noon = datetime(2026, 3, 10, 14, 0, tzinfo=UTC)
    minutes = market.bars("AAPL", "1m", noon, "2026-03-10T15:02+01:00")["opened_at"]
    assert minutes.to_list() == [noon, noon.replace(minute=1)]


def test_as_of_answers_with_what_was_known(market: Market) -> None:
    now = market.bars("MSFT", start="2026-03-09", end="2026-03-09")["close"].to_list()
    then = market.bars("MSFT", start="2026-03-09", end="2026-03-09", as_of="2026-03-10")
    assert now != then["close"].round(2).to_list() == [393.43]
    assert then["known_at"].max() < datetime(2026, 3, 11, tzinfo=UTC)
    assert market.indicators("MSFT", as_of="2026-03-10")["date"].max() < date(2026, 3, 11)
    early = market.instruments(as_of="2026-03-10 16:00")["symbol"].to_list()
    assert set(market.instruments()["symbol"]) - set(early) == {"ACME"}


def test_the_other_questions_are_answered_with_their_own_rows(market: Market) -> None:
    splits = market.actions("AVGO").filter(pl.col("action") == "split")
    assert set(splits["ex_date"]) == {date(2024, 7, 15)}
    assert set(market.quotes("AAPL")["symbol"]) == {"AAPL"}
    assert set(market.gaps(["ORCL"], interval="1m")["interval"]) == {"1m"}
    restated = market.restatements("MSFT").filter(pl.col("field") == "close")
    assert restated["old_value"].round(2).to_list() == [393.43]
    assert {"plan", "extract"} <= set(market.runs()["step"])
    assert market.runs(start="2100-01-01").is_empty()
    assert market.sql("select ? + 1 as n", [1])["n"].to_list() == [2]
    assert market.sql("select sum(trade_count) as n from daily_bars")["n"].dtype == pl.Int64


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda market: market.bars("APPL"), "no instrument has the symbol 'APPL'.*AAPL"),
        (lambda market: market.bars(interval="2d"), "no such interval: 2d.*15m"),
        (lambda market: market.gaps(interval="2d"), "no such interval"),
        (lambda market: market.indicators(interval="5m"), "no indicators of 5m are built"),
        (lambda market: market.indicators(interval="15m", as_of="2026-03-10"), "those of days"),
        (lambda market: market.bars(start="soon"), "not a time: 'soon'"),
        (lambda market: market.bars(as_of="latest"), "not a time: 'latest'"),
        (lambda market: market.actions(start="2026-03-10 14:00"), "is an instant"),
        (lambda market: market.bars(frame="excel"), "frame: no 'excel'.*polars"),
        (lambda market: market.sql("select nope"), "nope.*show tables"),
    ],
)
def test_wrong_names_are_told_with_what_there_is(market: Market, ask: Any, words: str) -> None:
    with pytest.raises(UsageError) as told:
        ask(market)
    said = f"{told.value.message} {told.value.next_step}"
    assert re.search(words, said, re.DOTALL), said


@pytest.mark.parametrize(
    "query",
    [
        "create table mine as select 1",
        "delete from daily_bars",
        "copy (select 1) to '/tmp/out.csv'",
        "select * from read_text('/etc/passwd')",
        "attach '/tmp/other.duckdb'",
        "set enable_external_access = true",
    ],
)
def test_nothing_can_be_changed_and_nothing_else_reached(market: Market, query: str) -> None:
    with pytest.raises(UsageError):
        market.sql(query)


def test_nothing_published_is_told_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(TapehouseError, match="nothing is published yet") as told:
        open_market(tmp_path / "market.duckdb")
    assert "tapehouse run" in told.value.next_step


def test_a_market_that_was_closed_answers_no_more(demo: DataFolder) -> None:
    with open_market(demo.market) as market, open_market(demo.market) as other:
        assert market.execute("select 1").fetchone() == (1,)
        market.close()
        with pytest.raises(duckdb.ConnectionException):
            market.execute("select 1")
        told = other.execute("select current_setting('TimeZone')").fetchone()
    assert told == ("UTC",)
