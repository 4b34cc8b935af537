"""Binance: hours, days and minutes, trades, tickers and symbols."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from provider_runs import binance_bars

from cases import WEEK, Case
from extract.work import WorkItem
from sandbox import Exchange


def case(exchange: Exchange, root: Path) -> Case:
    items = [
        binance_bars("BTCUSDT", interval, start, start + timedelta(days=1))
        for interval in ("1h", "1d", "1m")
        for start in WEEK
    ]
    items += [
        WorkItem("binance", "trades", ("ETHUSDT",), "snapshot"),
        WorkItem("binance", "agg_trades", ("ETHUSDT",), "snapshot"),
        WorkItem("binance", "book_tickers", ("ETHUSDT",), "snapshot"),
        WorkItem("binance", "tickers", ("ETHUSDT", "BTCUSDT"), "snapshot"),
        WorkItem("binance", "symbols", ("ETHUSDT", "BTCUSDT"), "new day"),
    ]
    bad = binance_bars("NOPE", "1d", WEEK[0], WEEK[1])
    url = f"{exchange.url}/binance"
    return Case("binance", url, items, bad, "binance_bars", "opened_at", "klines")
