"""A value of any mart is walked back to the very bytes that a provider's answer left behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from publish import open_market
from publish.trace.explain import explain
from publish.trace.tree import Node
from warehouse.errors import UsageError
from warehouse.folder import DataFolder


@pytest.fixture(scope="module")
def market(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_market(demo.market).connection as connection:
        yield connection


def every(node: Node, kind: str) -> list[Node]:
    own = [node] if node.kind == kind else []
    return own + [found for child in node.children for found in every(child, kind)]


def one(node: Node, kind: str) -> Node:
    (found,) = every(node, kind)
    return found


def landed_row(demo: DataFolder, tree: Node) -> dict[str, Any]:
    """The row in its landing file, whose bytes are those that were accepted."""
    file = one(tree, "file").facts
    path = demo.landing / file["path"]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
    number = one(tree, "raw").facts["row_number"]
    (row,) = pq.read_table(path, filters=[("row_number", "=", number)]).to_pylist()
    return dict(row)


@pytest.mark.parametrize(
    ("symbol", "time", "field", "table", "column"),
    [
        ("AAPL", "2026-03-10", "close", "daily_bars", "close"),
        ("AAPL", "2026-03-10", "volume", "daily_bars", "volume"),
        ("aapl", "2026-03-10", "close_raw", "daily_bars", "close"),
        ("SPX", "2026-03-10", "high", "daily_bars", "high"),
        ("US10Y", "2026-03-10", "close", "daily_bars", "close"),
        ("ACME", "2026-03-10", "open", "daily_bars", "open"),
        ("BTCUSDT", "2026-03-10", "close", "daily_bars", "close"),
        ("BTCUSDT", "2026-03-10 14:05", "volume", "intraday_bars", "volume"),
        ("BTCUSDT", "2026-03-10T16:05+02:00", "close", "intraday_bars", "close"),
        ("BTCUSDT", "2026-03-10T14:05:00Z", "trade_count", "intraday_bars", "trade_count"),
        ("AAPL", "2026-03-10 15:30", "low", "intraday_bars", "low"),
    ],
)
def test_a_value_is_the_one_in_the_landing_file(
    demo: DataFolder,
    market: duckdb.DuckDBPyConnection,
    symbol: str,
    time: str,
    field: str,
    table: str,
    column: str,
) -> None:
    tree = explain(market, symbol, time, field).tree
    assert f"{table}: {field} = " in tree.text
    given = landed_row(demo, tree)[column]
    assert float(tree.facts[field]) == pytest.approx(float(given), rel=1e-6)
    assert one(tree, "raw").facts[column] == given
    request, run = one(tree, "request"), one(tree, "run")
    assert request.facts["outcome"] == "ok"
    asked = market.execute(
        "select run_id from requests where request_id = ?", [request.facts["request_id"]]
    )
    assert (run.facts["run_id"],) == asked.fetchone()
    assert "extract ok" in run.text


@pytest.mark.parametrize(
    ("symbol", "table"),
    [("AAPL", "yahoo_bars"), ("ETHUSDT", "binance_bars"), ("ACME", "file_drop_bars")],
)
def test_the_walk_ends_at_every_provider_in_its_own_words(
    market: duckdb.DuckDBPyConnection, symbol: str, table: str
) -> None:
    raw = one(explain(market, symbol, "2026-03-10", "close").tree, "raw")
    assert raw.text.startswith(f"raw.{table}, as the provider gave it")
    declared = market.execute(f'describe raw."{table}"').fetchall()
    assert list(raw.facts) == [column[0] for column in declared]


def test_a_price_before_a_split_names_the_split_and_both_ways_over_it(
    market: duckdb.DuckDBPyConnection,
) -> None:
    tree = explain(market, "TSM", "2026-02-10", "close").tree
    assert "/ split_factor 2" in one(tree, "derived").text
    action = one(tree, "action").facts
    assert (action["action"], action["value"], str(action["ex_date"])) == ("split", 2, "2026-02-17")
    assert one(tree, "as_traded").facts["ratio"] == pytest.approx(2, rel=1e-6)
    version = one(tree, "version").facts
    assert tree.facts["close_raw"] == 2 * tree.facts["close"]
    assert float(version["close"]) == pytest.approx(float(tree.facts["close_raw"]), rel=1e-7)
    after = explain(market, "TSM", "2026-02-17", "close").tree
    assert "split_factor 1, for no split is known after 2026-02-17" in one(after, "derived").text


def test_total_return_names_the_dividends_that_are_in_its_factor(
    market: duckdb.DuckDBPyConnection,
) -> None:
    tree = explain(market, "AAPL", "2025-10-01", "close_total_return").tree
    dates = [str(node.facts["ex_date"]) for node in every(tree, "action")]
    assert len(dates) == 2
    assert dates == sorted(dates)
    assert one(tree, "derived").facts["dividend_factor"] < 1


@pytest.mark.parametrize(
    ("field", "window"), [("sma_20", 20), ("bb_position", 20), ("sma_200", 200)]
)
def test_an_indicator_names_the_bars_of_its_window(
    market: duckdb.DuckDBPyConnection, field: str, window: int
) -> None:
    tree = explain(market, "AAPL", "2026-03-09", field).tree
    bars = one(tree, "computed_on").facts
    closes = market.execute(
        "select close from daily_bars where symbol = 'AAPL' and session_date between "
        f"date '{bars['first']}' and date '{bars['last']}'"
    ).fetchall()
    assert len(closes) == bars["count"] == window
    if field.startswith("sma"):
        mean = sum((close for (close,) in closes), Decimal(0)) / window
        assert tree.facts[field] == pytest.approx(float(mean), rel=1e-12)
    assert str(one(tree, "bar").facts["session_date"]) == "2026-03-09"
    assert one(tree, "request")


def test_an_average_that_never_forgets_rests_on_every_bar(
    market: duckdb.DuckDBPyConnection,
) -> None:
    bars = one(explain(market, "AAPL", "2026-03-09", "rsi_14").tree, "computed_on").facts
    ((count,),) = market.execute(
        "select count(*) from daily_bars where symbol = 'AAPL' and session_date <= '2026-03-09'"
    ).fetchall()
    assert bars["count"] == count


def test_every_latest_price_leads_to_a_bar_or_a_quote(market: duckdb.DuckDBPyConnection) -> None:
    held = market.execute("select symbol, origin, price from latest_prices").fetchall()
    assert {"quote", "1m bar", "1d bar"} <= {origin for _, origin, _ in held}
    for symbol, origin, price in held:
        tree = explain(market, symbol, "latest", "price").tree
        source = one(tree, "quote" if origin == "quote" else "bar")
        assert one(source, "raw"), symbol
        if origin != "quote":
            assert source.facts["close"] == price, symbol


def test_a_change_rests_on_both_of_its_prices(market: duckdb.DuckDBPyConnection) -> None:
    tree = explain(market, "AAPL", "latest", "change_pct").tree
    before, now = every(tree, "bar")
    assert before.facts["close"] == tree.facts["previous_close"]
    assert now.facts["close"] == tree.facts["price"]


def test_a_bar_names_the_rows_that_were_set_aside_beside_it(
    market: duckdb.DuckDBPyConnection,
) -> None:
    tree = explain(market, "ACME", "2026-03-10").tree
    (row,) = [node for node in every(tree, "set_aside") if node.facts]
    assert row.facts["rule"] == "price_relations"
    assert row.facts["row_number"] != one(tree, "version").facts["row_number"]


@pytest.mark.parametrize(
    ("table", "time", "field"),
    [
        ("quotes", "latest", "bid"),
        ("trades", "2026-03-11 15:00", "price"),
        ("corporate_actions", "2026-03-11", "value"),
        ("bar_versions", "2026-03-10", "observation_count"),
    ],
)
def test_marts_beside_the_bars_are_walked_back_too(
    market: duckdb.DuckDBPyConnection, table: str, time: str, field: str
) -> None:
    symbol = "AAPL" if table == "corporate_actions" else "BTCUSDT"
    tree = explain(market, symbol, time, field, table=table).tree
    assert f"{table}: {field} = " in tree.text
    assert every(tree, "request")


def test_an_action_of_the_next_day_had_not_happened_yet(market: duckdb.DuckDBPyConnection) -> None:
    before = explain(market, "TSM", "2026-02-16", "ex_date", table="corporate_actions").tree
    on_it = explain(market, "TSM", "2026-02-17", "ex_date", table="corporate_actions").tree
    assert str(before.facts["ex_date"]) < "2026-02-17" == str(on_it.facts["ex_date"])


@pytest.mark.parametrize(
    ("arguments", "said", "then"),
    [
        (("APPL", "2026-03-10", "close"), "no instrument", "AAPL"),
        (("AAPL", "2026-03-10", "clse"), "no mart has a field", "close"),
        (("AAPL", "2026-03-08", "close"), "no row of AAPL", "2026-03-06 and 2026-03-09"),
        (("AAPL", "yesterday", "close"), "not a time", "latest"),
        (("AMD", "2026-03-09 14:31", "close"), "set aside there: 1m null_bar", "14:29:00"),
        (("AAPL", "2026-03-10", "close", "2h"), "no such interval", "15m"),
        (("AAPL", "2026-03-10", "close", None, "bars"), "no mart 'bars'", "daily_bars"),
        (("AAPL", "2026-03-10", "rsi_14", None, "daily_bars"), "has no field", "close_raw"),
        (("ACME", "2026-03-10 14:05", "close"), "no row of ACME", "universe list"),
    ],
)
def test_what_does_not_exist_is_answered_with_what_does(
    market: duckdb.DuckDBPyConnection, arguments: tuple[str, ...], said: str, then: str
) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        explain(market, *arguments)
    assert then in caught.value.next_step
