"""Recorded answers of Binance, replayed to the real python-binance at the transport's edge."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from provider_runs import SAMPLES, binance_bars, context_for, run, sample
from scripted_server import ScriptedServer, answer

from extract import binance
from extract.binance import archive_rows, archived_bars
from extract.binance.trade_kinds import AGGREGATE
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


def test_recorded_aggregate_trades_land_as_they_were_given(tmp_path: Path) -> None:
    given = sample("binance", "aggTrades_BTCUSDT_2026_from_archive.json")
    item = WorkItem("binance", "agg_trades", ("BTCUSDT",), "snapshot")
    with ScriptedServer(answer(json.dumps(given))) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    rows = landed.tables["binance_agg_trades"]
    assert [row["agg_trade_id"] for row in rows] == [one["a"] for one in given]
    assert [row["quantity"] for row in rows] == [Decimal(one["q"]) for one in given]
    assert [(row["first_trade_id"], row["last_trade_id"]) for row in rows] == [
        (one["f"], one["l"]) for one in given
    ]


@pytest.mark.parametrize(
    "name", ["ticker24hr_BTCUSDT_recorded_2019.json", "ticker24hr_full_documented.json"]
)
def test_recorded_tickers_land_as_they_were_given(name: str, tmp_path: Path) -> None:
    given = sample("binance", name)
    item = WorkItem("binance", "tickers", (given["symbol"],), "snapshot")
    with ScriptedServer(answer(json.dumps([given]))) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    (row,) = landed.tables["binance_tickers"]
    assert row["price_change_percent"] == Decimal(given["priceChangePercent"])
    assert row["quote_volume"] == Decimal(given["quoteVolume"])
    assert (row["first_trade_id"], row["trade_count"]) == (given["firstId"], given["count"])


@pytest.mark.parametrize("year", ["2021_recorded", "2026_composed"])
def test_recorded_symbols_land_with_their_steps(year: str, tmp_path: Path) -> None:
    given = sample("binance", f"exchangeInfo_{year}.json")
    names = [one["symbol"] for one in given["symbols"]]
    item = WorkItem("binance", "symbols", tuple(names), "new day")
    with ScriptedServer(answer(json.dumps(given))) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    rows = {row["symbol"]: row for row in landed.tables["binance_symbols"]}
    assert landed.rejected == []
    assert {name: rows[name]["status"] for name in names} == {
        one["symbol"]: one["status"] for one in given["symbols"]
    }
    assert rows["BTCUSDT"]["tick_size"] == Decimal("0.01")
    assert rows["BTCUSDT"]["step_size"] == Decimal("0.00001")
    assert rows["BTCUSDT"]["least_notional"] == (10 if year.startswith("2021") else 5)
    assert json.loads(rows["BTCUSDT"]["permission_sets"]) == [["SPOT", "MARGIN"]]


def archived(name: str) -> bytes:
    path = SAMPLES / "binance" / name
    if not path.exists():
        pytest.skip(f"recorded sample {name} is not here")
    return path.read_bytes()


def test_a_recorded_file_of_klines_holds_what_the_api_says_of_them(tmp_path: Path) -> None:
    lines = archive_rows.read(archived("vision_BTCUSDT-1m-2026-09-15.csv"), archived_bars.COLUMNS)
    given = sample("binance", "klines_BTCUSDT_1m_2026_from_archive.json")
    assert lines.doubtful == []
    rows = lines.typed.to_pylist()
    assert [row["open_time"] // 1000 for row in rows] == [row[0] for row in given]
    assert [row["close_time"] // 1000 for row in rows] == [row[6] for row in given]
    for place, name in (
        (4, "close"),
        (5, "volume"),
        (7, "quote_volume"),
        (10, "taker_quote_volume"),
    ):
        assert [row[name] for row in rows] == [Decimal(row[place]) for row in given]


def test_a_recorded_file_of_aggregate_trades_is_read_whole() -> None:
    content = archived("vision_BTCUSDT-aggTrades-2023-11-17.csv")
    lines = archive_rows.read(content, AGGREGATE.columns)
    assert lines.doubtful == []
    assert lines.typed["agg_trade_id"].to_pylist() == list(range(2759293842, 2759293846))
    assert lines.typed["is_buyer_maker"].to_pylist() == [True, True, False, False]
    at = archive_rows.microseconds(lines.typed["traded_at"]).to_pylist()
    assert at[0] == 1700179200000 * 1000


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
