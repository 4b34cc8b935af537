"""python-binance works against the exchange unchanged, given its address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from sandbox import Exchange

client_module = pytest.importorskip("binance.client")
exceptions = pytest.importorskip("binance.exceptions")


@pytest.fixture
def client(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(client_module.Client, "API_URL", exchange.url + "/binance/api")
    client = client_module.Client()
    yield client
    client.close_connection()


def test_klines_page_by_page_are_the_truth(exchange: Exchange, client: Any) -> None:
    start, end = datetime(2025, 12, 1), datetime(2026, 1, 20)
    rows = client.get_historical_klines(
        "BTCUSDT", "1h", "2025-12-01 00:00:00", "2026-01-19 23:59:59"
    )
    truth = exchange.truth.bars("BTCUSDT", "1h", start, end)
    assert len(rows) == len(truth) == 1200
    assert [float(row[4]) for row in rows] == [float(bar.close) for bar in truth]


def test_trades_and_aggregates_are_read(client: Any) -> None:
    assert len(client.get_recent_trades(symbol="BTCUSDT", limit=7)) == 7
    held = client.get_historical_trades(symbol="BTCUSDT", fromId=9, limit=2)
    assert [one["id"] for one in held] == [9, 10]
    found = list(client.aggregate_trade_iter(symbol="BTCUSDT", start_str=1_773_241_000_000))
    ids = [one["a"] for one in found]
    assert len(ids) > 30
    assert ids == list(range(ids[0], ids[0] + len(ids)))


def test_prices_and_the_book_are_read(client: Any) -> None:
    ticker = client.get_orderbook_ticker(symbol="ETHUSDT")
    assert float(ticker["bidPrice"]) < float(ticker["askPrice"])
    assert client.get_avg_price(symbol="ETHUSDT")["mins"] == 5
    assert len(client.get_order_book(symbol="ETHUSDT", limit=5)["asks"]) == 5
    assert {one["symbol"] for one in client.get_all_tickers()} >= {"BTCUSDT", "SOLUSDT"}


def test_the_exchange_information_is_read(client: Any) -> None:
    found = client.get_symbol_info("BTCUSDT")
    assert found["filters"][0]["tickSize"] == "0.01000000"
    assert client.get_symbol_info("LUNAUSDT") is None


def test_the_server_lives_by_the_clock_of_the_exchange(exchange: Exchange, client: Any) -> None:
    exchange.set_clock(datetime(2024, 1, 1))
    assert client.get_server_time() == {"serverTime": 1_704_067_200_000}


def test_a_refusal_arrives_as_the_clients_own_error(client: Any) -> None:
    with pytest.raises(exceptions.BinanceAPIException) as caught:
        client.get_klines(symbol="NOSUCH", interval="1m")
    assert (caught.value.status_code, caught.value.code) == (400, -1121)
