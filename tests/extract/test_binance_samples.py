"""Recorded answers of Binance, replayed to the real python-binance at the transport's edge."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from provider_runs import binance_bars, context_for, run, sample
from scripted_server import ScriptedServer, answer

from extract import binance
from extract.work import WorkItem
from warehouse import clock

EPOCH = datetime(1970, 1, 1)


@pytest.mark.parametrize(
    ("name", "interval"),
    [
        ("klines_BTCUSDT_1m_2026_from_archive.json", "1m"),
        ("klines_BTCUSDT_1d_recorded_2021.json", "1d"),
    ],
)
def test_recorded_klines_land_as_they_were_given(name: str, interval: str, tmp_path: Path) -> None:
    given = sample("binance", name)
    opens = [EPOCH + timedelta(milliseconds=row[0]) for row in given]
    item = binance_bars("BTCUSDT", interval, opens[0], opens[-1] + timedelta(days=1))
    clock.use(lambda: opens[-1] + timedelta(days=2))
    try:
        with ScriptedServer(answer(json.dumps(given))) as server:
            landed = run(binance, [item], context_for(tmp_path, server.url))
    finally:
        clock.use(None)
    rows = landed.tables["binance_bars"]
    assert landed.rejected == []
    assert [row["opened_at"] for row in rows] == opens
    names = ("open", "high", "low", "close", "volume")
    assert [[row[one] for one in names] for row in rows] == [
        [Decimal(text) for text in row[1:6]] for row in given
    ]
    assert [row["trade_count"] for row in rows] == [row[8] for row in given]


def test_recorded_trades_land_as_they_were_given(tmp_path: Path) -> None:
    given = sample("binance", "trades_BTCUSDT_recorded_2019.json")
    item = WorkItem("binance", "trades", ("BTCUSDT",), "snapshot")
    with ScriptedServer(answer(json.dumps(given))) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    rows = landed.tables["binance_trades"]
    assert [row["trade_id"] for row in rows] == [one["id"] for one in given]
    assert [row["quote_quantity"] for row in rows] == [Decimal(one["quoteQty"]) for one in given]
    assert [row["is_buyer_maker"] for row in rows] == [one["isBuyerMaker"] for one in given]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("error_400_invalid_symbol.json", "unknown_symbol"),
        ("error_400_invalid_interval.json", "malformed"),
        ("error_400_illegal_chars.json", "malformed"),
        ("error_400_missing_symbol.json", "malformed"),
        ("error_400_too_many_params.json", "malformed"),
        ("error_403_waf.json", "blocked"),
        ("error_429_weight.json", "throttled"),
        ("error_451_region.json", "blocked"),
        ("error_503_busy.json", "unavailable"),
    ],
)
def test_recorded_refusals_have_their_outcome(name: str, outcome: str, tmp_path: Path) -> None:
    recorded = sample("binance", name)
    body = recorded.get("body_text") or json.dumps(recorded["body"])
    headers = {k.replace("-", "_"): v for k, v in recorded.get("headers", {}).items()}
    item = binance_bars("BTCUSDT", "1m", datetime(2026, 3, 10), datetime(2026, 3, 10, 1))
    with ScriptedServer(answer(body, recorded["status"], **headers)) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url, attempts=1))
    assert landed.outcomes == [outcome]
    assert landed.requests[0]["status"] == recorded["status"]
