"""FMP: hours, days and thin minutes, a bond out of the curve, actions and quotes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from provider_runs import fmp_bars

from cases import WEEK, Case
from extract.work import WorkItem
from sandbox import Exchange


def case(exchange: Exchange, root: Path) -> Case:
    windows = [
        (start + timedelta(hours=14.5 if start.day < 8 else 13.5), timedelta(hours=6.5))
        for start in WEEK
    ]
    items = [
        fmp_bars(symbol, interval, start, start + length)
        for symbol, interval in (("AAPL", "1h"), ("AAPL", "1d"), ("TRUE", "1m"), ("year10", "1d"))
        for start, length in windows
    ]
    items += [
        WorkItem("fmp", "actions", ("AAPL",), "missing"),
        WorkItem("fmp", "quotes", ("AAPL", "^GSPC"), "snapshot"),
    ]
    bad = fmp_bars("NOPE", "1d", WEEK[0], WEEK[1])
    url = f"{exchange.url}/fmp"
    path = "historical-"
    return Case("fmp", url, items, bad, "fmp_bars", "stamped_at", path, "sandbox-needs-no-key")
