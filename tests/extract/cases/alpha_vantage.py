"""Alpha Vantage: days of three symbols, minutes of one, a quote; the key of a premium plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cases import WEEK, Case
from extract.work import WorkItem
from sandbox import Exchange

KEY = "premium-conformance"


def bars(symbol: str, interval: str, start: datetime, end: datetime) -> WorkItem:
    return WorkItem(
        "alpha_vantage",
        "bars",
        (symbol,),
        "test",
        1,
        interval,
        start,
        end,
        exchange_timezone="America/New_York",
    )


def case(exchange: Exchange, root: Path) -> Case:
    windows = [
        (start + timedelta(hours=14.5 if start.day < 8 else 13.5), timedelta(hours=6.5))
        for start in WEEK
    ]
    items = [
        bars(symbol, "1d", start, start + length)
        for symbol in ("AAPL", "TRUE", "BRK-B")
        for start, length in windows
    ]
    items.append(WorkItem("alpha_vantage", "quotes", ("AAPL",), "snapshot", 1))
    bad = bars("NOPE", "1d", WEEK[0], WEEK[1])
    url = f"{exchange.url}/alpha_vantage"
    return Case(
        "alpha_vantage", url, items, bad, "alpha_vantage_bars", "bar_date", "query", key=KEY
    )
