"""All trades of a window at Binance, by files and by id; tickers, symbols, and when all are due."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from planning import Desk
from provider_runs import Landed, context_for, run
from scripted_server import ScriptedServer, answer

from extract import binance
from extract.binance.information import symbol_row
from extract.context import FetchContext
from extract.work import WorkItem
from sandbox import Exchange
from warehouse.settings import Settings

QUIET = datetime(2026, 3, 11, 3)
GOOD: dict[str, Any] = {
    "a": 1, "p": "1.5", "q": "2", "f": 1, "l": 1, "T": 1773198000001, "m": True, "M": True
}  # fmt: skip
PARTS = ("BTCUSDT", "ETHUSDT")


@pytest.fixture
def context(exchange: Exchange, tmp_path: Path) -> FetchContext:
    return context_for(tmp_path, exchange.url + "/binance")


def fault(exchange: Exchange, do: Any, path: str, **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "binance", "path": path, **match}, "do": do})


def window(endpoint: str, start: datetime, end: datetime, symbol: str = "SOLUSDT") -> WorkItem:
    return WorkItem("binance", endpoint, (symbol,), "missing", 403, None, start, end)


def aggregates(landed: Landed) -> list[dict[str, Any]]:
    return landed.tables["binance_agg_trades"]


def test_a_window_of_aggregate_trades_is_walked_by_id(
    exchange: Exchange, context: FetchContext
) -> None:
    start, end = QUIET, QUIET + timedelta(hours=4)
    landed = run(binance, [window("agg_trades", start, end)], context)
    rows = aggregates(landed)
    ids = [row["agg_trade_id"] for row in rows]
    assert len(ids) > 2000
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert start <= rows[0]["traded_at"]
    assert rows[-1]["traded_at"] < end
    firsts, lasts = ([row[f"{one}_trade_id"] for row in rows] for one in ("first", "last"))
    assert firsts[1:] == [one + 1 for one in lasts[:-1]]
    asked = [record.query for record in exchange.journal()]
    assert [int(one["fromId"]) for one in asked[1:]] == [
        ids[0] + 1000 * n for n in range(len(asked) - 1)
    ]


def test_each_page_answers_its_part_so_that_a_kill_costs_one_page(
    exchange: Exchange, context: FetchContext, tmp_path: Path
) -> None:
    start, end = QUIET, QUIET + timedelta(hours=4)
    whole = aggregates(run(binance, [window("agg_trades", start, end)], context))
    fault(exchange, "451", "aggTrades", nth={"from": 3})
    cut = run(
        binance,
        [window("agg_trades", start, end)],
        context_for(tmp_path, exchange.url + "/binance"),
    )
    exchange.clear_faults()
    answered = max(one["window_end"] for one in cut.requests if one["window_end"])
    assert start < answered < end
    rest = run(
        binance,
        [window("agg_trades", answered, end)],
        context_for(tmp_path / "other", exchange.url + "/binance"),
    )
    held = {row["agg_trade_id"] for row in aggregates(cut) + aggregates(rest)}
    assert held == {row["agg_trade_id"] for row in whole}


def test_a_day_of_trades_comes_as_one_file_and_is_what_the_api_gives(
    exchange: Exchange, tmp_path: Path
) -> None:
    url = exchange.url + "/binance"
    given = context_for(tmp_path, url, archive_url=exchange.url + "/binance_archive")
    start = datetime(2026, 3, 9)
    item = window("agg_trades", start, start + timedelta(days=1))
    landed = run(binance, [item], given)
    rows = aggregates(landed)
    assert [record.dialect for record in exchange.journal()] == ["binance_archive"] * 2
    assert landed.requests[-1]["window_end"] == start + timedelta(days=1)
    ids = f"ids {rows[0]['agg_trade_id']}-{rows[-1]['agg_trade_id']}"
    assert landed.requests[-1]["detail"].endswith(ids)
    hour = window("agg_trades", start + timedelta(hours=5), start + timedelta(hours=5, minutes=9))
    by_id = aggregates(run(binance, [hour], context_for(tmp_path, url)))
    places = {row["agg_trade_id"]: row for row in rows}
    assert len(by_id) > 100
    for row in by_id:
        assert {**row, "request_id": 0} == {**places[row["agg_trade_id"]], "request_id": 0}


def test_single_trades_are_found_by_the_aggregates_that_name_them(
    exchange: Exchange, context: FetchContext
) -> None:
    start, end = QUIET, QUIET + timedelta(hours=2)
    landed = run(binance, [window("trades", start, end)], context)
    rows = landed.tables["binance_trades"]
    ids = [row["trade_id"] for row in rows]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert len(ids) > 1000
    assert start <= rows[0]["traded_at"]
    assert rows[-1]["traded_at"] < end


def test_a_hole_in_the_ids_is_told(tmp_path: Path) -> None:
    def page(*ids: int) -> str:
        rows = [
            {
                "a": n,
                "p": "1.5",
                "q": "2",
                "f": n,
                "l": n,
                "T": 1773198000000 + n,
                "m": True,
                "M": True,
            }
            for n in ids
        ]
        return json.dumps(rows)

    item = window("agg_trades", datetime(2026, 3, 11, 3), datetime(2026, 3, 11, 4))
    with ScriptedServer(answer(page(5)), answer(page(5, 6, 9))) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    assert [row["agg_trade_id"] for row in aggregates(landed)] == [5, 6, 9]
    assert landed.requests[-1]["detail"] == "ids 5-9, 2 missing"


def test_a_bad_trade_is_set_aside_and_the_walk_goes_on(tmp_path: Path) -> None:
    odd = [{**GOOD, "a": 2, "p": "x"}, {**GOOD, "a": 3, "m": "yes"}, "nothing", {"a": 5}]
    item = window("agg_trades", datetime(2026, 3, 11, 3), datetime(2026, 3, 11, 4))
    with ScriptedServer(answer(json.dumps([GOOD])), answer(json.dumps([GOOD, *odd]))) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    assert len(aggregates(landed)) == 1
    reasons = [row["reason"].split(":")[0] for row in landed.rejected]
    assert reasons[:2] == ["price is not a number", "is buyer maker is not true or false"]
    assert len(reasons) == 4
    assert landed.requests[-1]["row_count"] == 5


def test_an_hour_without_trades_is_an_answer_too(tmp_path: Path) -> None:
    item = window("agg_trades", datetime(2026, 3, 11, 1), datetime(2026, 3, 11, 3, 30))
    with ScriptedServer(answer("[]")) as server:
        landed = run(binance, [item], context_for(tmp_path, server.url))
    assert [one["outcome"] for one in landed.requests] == ["empty"] * 3
    assert landed.requests[-1]["window_end"] == item.end


def test_tickers_of_all_symbols_come_in_one_call(exchange: Exchange, context: FetchContext) -> None:
    landed = run(binance, [WorkItem("binance", "tickers", PARTS, "snapshot")], context)
    assert len(exchange.journal()) == 1
    for row in landed.tables["binance_tickers"]:
        moved = 100 * row["price_change"] / row["open_price"]
        assert abs(moved - row["price_change_percent"]) < Decimal("0.001")
        assert row["closed_at"] - row["opened_at"] == timedelta(days=1)
        assert row["low_price"] <= row["last_price"] <= row["high_price"]


def test_a_ticker_without_trades_says_minus_one_as_given(
    exchange: Exchange, context: FetchContext
) -> None:
    (row,) = exchange_ticker(exchange)
    odd = row | {"firstId": -1, "lastId": -1, "count": 0, "priceChangePercent": "-0.000"}
    fault(exchange, {"body": [odd]}, "24hr")
    landed = run(binance, [WorkItem("binance", "tickers", ("SOLUSDT",), "snapshot")], context)
    (held,) = landed.tables["binance_tickers"]
    assert (held["first_trade_id"], held["last_trade_id"], held["trade_count"]) == (-1, -1, 0)
    assert held["price_change_percent"] == 0


def exchange_ticker(exchange: Exchange) -> list[dict[str, Any]]:
    import requests

    url = exchange.url + "/binance/api/v3/ticker/24hr"
    found = requests.get(url, params={"symbols": '["SOLUSDT"]'}, timeout=10).json()
    return list(found)


def test_one_unknown_symbol_does_not_cost_the_others_their_ticker(
    exchange: Exchange, context: FetchContext
) -> None:
    item = WorkItem("binance", "tickers", ("BTCUSDT", "NOPE"), "snapshot")
    landed = run(binance, [item], context)
    assert [row["symbol"] for row in landed.tables["binance_tickers"]] == ["BTCUSDT"]
    assert landed.outcomes == ["unknown_symbol"]


def test_symbols_come_with_their_steps_and_what_vanished_is_told(
    exchange: Exchange, context: FetchContext
) -> None:
    exchange.set_clock(datetime(2022, 5, 12))
    item = WorkItem("binance", "symbols", ("SOLUSDT", "LUNAUSDT"), "new day")
    before = run(binance, [item], context).tables["binance_symbols"]
    exchange.set_clock(datetime(2022, 5, 15))
    landed = run(binance, [item], context)
    after = {row["symbol"]: row for row in landed.tables["binance_symbols"]}
    assert {row["symbol"]: row["is_listed"] for row in before} == {
        "SOLUSDT": True,
        "LUNAUSDT": True,
    }
    assert after["SOLUSDT"]["status"] == "TRADING"
    assert after["SOLUSDT"]["step_size"] == Decimal("0.001")
    assert after["SOLUSDT"]["tick_size"] == Decimal("0.01")
    assert after["LUNAUSDT"]["is_listed"] is False
    assert after["LUNAUSDT"]["status"] is None
    assert landed.outcomes == []
    assert landed.requests[-1]["detail"] == "not listed: LUNAUSDT"


def test_filters_that_nobody_knows_are_kept_and_sizes_read_all_the_same() -> None:
    odd = {"filterType": "MOON_PHASE", "phase": "full"}
    raw = {
        "symbol": "XUSDT", "status": "CANCEL_ONLY", "baseAsset": "X", "quoteAsset": "USDT",
        "filters": [odd, {"filterType": "MIN_NOTIONAL", "minNotional": "10.0"}],
        "permissions": ["SPOT"],
    }  # fmt: skip
    row = symbol_row(raw)
    assert row["status"] == "CANCEL_ONLY"
    assert (row["tick_size"], row["least_notional"]) == (None, Decimal(10))
    assert json.loads(row["filters"])[0] == odd
    assert json.loads(row["permission_sets"]) == [["SPOT"]]


def test_a_symbol_that_makes_no_sense_is_set_aside(
    exchange: Exchange, context: FetchContext
) -> None:
    raw = {
        "symbol": "SOLUSDT",
        "status": "",
        "baseAsset": "SOL",
        "quoteAsset": "USDT",
        "filters": [],
    }
    fault(exchange, {"body": {"symbols": [raw, "nonsense"]}}, "exchangeInfo")
    landed = run(binance, [WorkItem("binance", "symbols", ("SOLUSDT",), "new day")], context)
    assert [row["reason"] for row in landed.rejected] == ["status is not a text: ''"]


MORNING = datetime(2026, 3, 11, 9, 30, 20)


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


def endpoints(items: list[WorkItem], *named: str) -> list[tuple[str, ...]]:
    return [(one.endpoint, one.reason) for one in items if one.endpoint in named]


def test_symbols_are_due_once_a_day_and_tickers_in_each_run(desk: Desk) -> None:
    first = desk.plan(MORNING, *PARTS)
    assert endpoints(first, "symbols", "tickers") == [
        ("tickers", "snapshot"),
        ("symbols", "missing"),
    ]
    assert next(one for one in first if one.endpoint == "tickers").symbols == PARTS
    desk.answer([one for one in first if one.provider == "binance"], MORNING)
    later = MORNING + timedelta(hours=2)
    assert endpoints(desk.plan(later, *PARTS), "symbols", "tickers") == [("tickers", "snapshot")]
    tomorrow = endpoints(desk.plan(MORNING + timedelta(days=1), *PARTS), "symbols")
    assert tomorrow == [("symbols", "new day")]


def test_aggregate_trades_are_due_for_the_days_that_the_settings_name(desk: Desk) -> None:
    assert endpoints(desk.plan(MORNING, "SOLUSDT"), "agg_trades") == []
    desk.settings.providers.binance.trades_days = 2
    found = [one for one in desk.plan(MORNING, "SOLUSDT") if one.endpoint == "agg_trades"]
    edges = [datetime(2026, 3, 9), datetime(2026, 3, 10), datetime(2026, 3, 11)]
    now = MORNING.replace(second=0)
    assert [(one.start, one.end) for one in found] == list(
        zip(edges, [*edges[1:], now], strict=True)
    )
    desk.answer(found, MORNING)
    later = MORNING + timedelta(minutes=10)
    (item,) = [one for one in desk.plan(later, "SOLUSDT") if one.endpoint == "agg_trades"]
    assert (item.start, item.end) == (now, now + timedelta(minutes=10))
