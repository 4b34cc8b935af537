"""What the tests of FMP ask for, and how they look at what landed and what was called."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from provider_runs import Landed, context_for, run

from extract import fmp
from sandbox import Exchange

KEY = "CANARY-key-0123456789"
WINTER = (datetime(2026, 3, 5, 14, 30), datetime(2026, 3, 5, 21, 0))
SUMMER = (datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20, 0))
# From a Monday's open in winter time to a Friday's close, and on into summer time.
WEEK = (datetime(2026, 3, 2, 14, 30), datetime(2026, 3, 6, 21, 0))
ACROSS = (datetime(2026, 3, 2, 14, 30), datetime(2026, 3, 10, 20, 0))

Asked = Callable[..., Landed]


def asking(exchange: Exchange, folder: Path) -> Asked:
    context = context_for(folder, f"{exchange.url}/fmp", key=KEY)
    return lambda *items: run(fmp, items, context)


def bars(landed: Landed) -> list[dict[str, Any]]:
    return landed.tables["fmp_bars"]


def stamps(landed: Landed) -> list[datetime]:
    return [row["stamped_at"] for row in bars(landed)]


def calls(exchange: Exchange, path: str = "") -> list[dict[str, str]]:
    return [one.query for one in exchange.journal() if path in one.path]


def fault(exchange: Exchange, do: Any, path: str = "historical-", **match: Any) -> None:
    exchange.add_fault({"match": {"dialect": "fmp", "path": path, **match}, "do": do})
