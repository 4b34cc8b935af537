"""Massive's trades and quotes: every nanosecond of a window, or the newest page."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from massive_asking import KEY, TICKS, about, ticks
from provider_runs import Landed, context_for, run

from extract import massive
from extract.context import FetchContext
from sandbox import Exchange


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/massive", KEY)


def trade_sum(landed: Landed) -> tuple[Decimal, int]:
    rows = landed.tables["massive_trades"]
    return sum((row["size"] for row in rows), Decimal(0)), len(rows)


def test_trades_add_up_to_the_minute_and_keep_their_nanoseconds(
    exchange: Exchange, context: FetchContext
) -> None:
    landed = run(massive, [ticks("trades")], context)
    rows = landed.tables["massive_trades"]
    (bar,) = exchange.truth.bars("AAPL", "1m", *TICKS)
    assert trade_sum(landed)[0] == bar.volume
    stamps = [row["sip_timestamp_ns"] for row in rows]
    assert stamps == sorted(stamps)
    assert any(int(float(stamp)) != stamp for stamp in stamps)
    assert exchange.journal()[0].query["order"] == "asc"
    assert any(row["conditions"] == "12,37" for row in rows)
    assert any(row["conditions"] is None for row in rows)
    keys = {(row["trade_id"], row["exchange_id"], row["trf_id"]) for row in rows}
    assert len({row["trade_id"] for row in rows}) < len(keys) == len(rows)


def test_without_a_window_the_newest_trades_and_quotes_come_in_one_page(
    exchange: Exchange, context: FetchContext
) -> None:
    items = [about("trades", "AAPL"), about("quotes", "AAPL")]
    landed = run(massive, items, context)
    assert len(landed.tables["massive_trades"]) == len(landed.tables["massive_quotes"]) == 1000
    assert len(exchange.journal()) == 2


def test_quotes_keep_a_side_without_a_price_as_it_was_given(context: FetchContext) -> None:
    rows = run(massive, [about("quotes", "AAPL")], context).tables["massive_quotes"]
    one_sided = [row for row in rows if row["ask_price"] == 0]
    assert one_sided
    assert {row["conditions"] for row in one_sided} == {"1"}
