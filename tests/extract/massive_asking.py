"""What the tests of Massive ask for, under which key, and the faults they put in its way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from provider_runs import massive_bars

from extract.work import WorkItem
from sandbox import Exchange

KEY = "paid-key-never-to-be-seen"
OPEN, CLOSE = datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20)
DAYS = (datetime(2026, 3, 5), datetime(2026, 3, 11))
TICKS = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 13, 31))


def fault(exchange: Exchange, do: Any, path: str = "aggs", **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "massive", "path": path, **match}, "do": do})


def minutes(symbol: str = "AAPL", interval: str = "1m") -> WorkItem:
    return massive_bars(symbol, interval, OPEN, OPEN + timedelta(hours=1))


def days(symbol: str = "AAPL") -> WorkItem:
    return massive_bars(symbol, "1d", *DAYS)


def ticks(endpoint: str, symbol: str = "AAPL") -> WorkItem:
    return WorkItem("massive", endpoint, (symbol,), "asked", 1, start=TICKS[0], end=TICKS[1])


def about(endpoint: str, symbol: str) -> WorkItem:
    return WorkItem("massive", endpoint, (symbol,), "missing", 1)
