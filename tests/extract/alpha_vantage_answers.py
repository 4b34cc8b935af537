"""Answers of Alpha Vantage as its tests write them, and what a run makes of them."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cases.alpha_vantage import bars
from provider_runs import Landed, run
from pydantic import SecretStr
from scripted_server import ScriptedServer, answer

from extract import alpha_vantage
from extract.context import FetchContext
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from warehouse.provider_settings import AlphaVantageSettings

KEY = "Q7RSECRETKEY41ZX"
OPEN, CLOSE = timedelta(hours=14.5), timedelta(hours=21)
Series = dict[str, dict[str, str]]


def context(folder: Path, url: str, key: str | None = KEY, **changes: Any) -> FetchContext:
    quick = {"attempts": 3, "backoff_seconds": 0.01, "max_wait_seconds": 2.0}
    unlimited = {"calls_per_second": 0, "calls_per_minute": 0, "calls_per_day": 0}
    settings = AlphaVantageSettings(base_url=url, **(quick | unlimited | changes))
    secret = SecretStr(key) if key else None
    return FetchContext(7, settings, RequestLog(7), RejectedRows(), folder, secret)


def played(folder: Path, items: list[WorkItem], *bodies: Any, **changes: Any) -> Landed:
    """What a run makes of these answers, one a call."""
    texts = [one if isinstance(one, str | bytes) else json.dumps(one) for one in bodies]
    with ScriptedServer(*(answer(text) for text in texts)) as server:
        return run(alpha_vantage, items, context(folder, server.url, **changes))


def figures(*labels: str) -> dict[str, str]:
    given = labels or ("1. open", "2. high", "3. low", "4. close", "5. volume")
    return {one: "900" if "volume" in one else "10.1234" for one in given}


def daily(rows: Series, symbol: str = "IBM", zone: str = "US/Eastern") -> dict[str, Any]:
    meta = {"2. Symbol": symbol, "4. Output Size": "Compact", "5. Time Zone": zone}
    return {"Meta Data": meta, "Time Series (Daily)": rows}


def window(first: date, last: date, symbol: str = "IBM", interval: str = "1d") -> WorkItem:
    start = datetime(first.year, first.month, first.day) + OPEN
    return bars(symbol, interval, start, datetime(last.year, last.month, last.day) + CLOSE)
