"""Yahoo: hours, days and thin minutes, actions and quotes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from provider_runs import yahoo_bars

from cases import WEEK, Case
from extract.work import WorkItem
from sandbox import Exchange


def case(exchange: Exchange, root: Path) -> Case:
    windows = [
        (start + timedelta(hours=14.5 if start.day < 8 else 13.5), timedelta(hours=6.5))
        for start in WEEK
    ]
    items = [
        yahoo_bars(symbol, interval, start, start + length)
        for symbol, interval in (("AAPL", "1h"), ("AAPL", "1d"), ("TRUE", "1m"))
        for start, length in windows
    ]
    items += [
        WorkItem("yahoo", "actions", ("AAPL",), "missing"),
        WorkItem("yahoo", "quotes", ("AAPL", "^GSPC"), "snapshot"),
    ]
    bad = yahoo_bars("NOPE", "1d", WEEK[0], WEEK[1])
    return Case("yahoo", f"{exchange.url}/yahoo", items, bad, "yahoo_bars", "stamped_at", "chart")
