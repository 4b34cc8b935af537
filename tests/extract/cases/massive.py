"""Massive: days, quarters of an hour and minutes, ticks, actions, reference and calendar."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from provider_runs import massive_bars

from cases import WEEK, Case
from extract.work import WorkItem
from sandbox import Exchange

TICKS = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 13, 32))


def case(exchange: Exchange, root: Path) -> Case:
    sessions = [
        (start + timedelta(hours=14.5 if start.day < 8 else 13.5), timedelta(hours=6.5))
        for start in WEEK
    ]
    items = [
        massive_bars(symbol, interval, start, start + length)
        for symbol, interval in (("AAPL", "15m"), ("TRUE", "1m"))
        for start, length in sessions
    ]
    items += [massive_bars("AAPL", "1d", start, start + timedelta(days=1)) for start in WEEK]
    items += [
        WorkItem("massive", endpoint, ("AAPL",), "missing", 1)
        for endpoint in ("splits", "dividends", "tickers")
    ]
    items += [
        WorkItem("massive", endpoint, ("AAPL",), "asked", 1, start=TICKS[0], end=TICKS[1])
        for endpoint in ("trades", "quotes")
    ]
    items += [
        WorkItem("massive", endpoint, (), "missing")
        for endpoint in ("market_status", "market_holidays")
    ]
    bad = WorkItem("massive", "tickers", ("NOPE",), "missing")
    return Case(
        "massive", f"{exchange.url}/massive", items, bad, "massive_bars", "stamped_at",
        "aggs", "paid-key-of-a-test",
    )  # fmt: skip
