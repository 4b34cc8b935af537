"""Asking Binance with its archive beside the API, and what came of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from provider_runs import Landed, binance_bars, context_for

from extract.context import FetchContext
from extract.work import WorkItem
from sandbox import Exchange

NOW = datetime(2026, 3, 11, 15, 0)
DAYS = (datetime(2026, 3, 7), datetime(2026, 3, 10))
FEBRUARY = (datetime(2026, 2, 1), datetime(2026, 3, 1))


def with_archive(exchange: Exchange, folder: Path, **changes: Any) -> FetchContext:
    archive_url = exchange.url + "/binance_archive"
    return context_for(folder, exchange.url + "/binance", archive_url=archive_url, **changes)


def days_of(symbol: str = "BTCUSDT") -> WorkItem:
    return binance_bars(symbol, "1m", *DAYS)


def bars(landed: Landed) -> list[dict[str, Any]]:
    rows = landed.tables["binance_bars"]
    return [{k: v for k, v in row.items() if k != "request_id"} for row in rows]


def fault(exchange: Exchange, do: Any, path: str, **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "binance_archive", "path": path, **match}, "do": do})
