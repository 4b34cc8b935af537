"""What the tests of provider packages share: a context, a run of a source, recorded samples."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
from pydantic import SecretStr

from extract.context import FetchContext
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from warehouse.provider_settings import ProviderSettings
from warehouse.settings import PROJECT

SAMPLES = Path(os.environ.get("TAPEHOUSE_SAMPLES", PROJECT.parent / "shared/providers/samples"))


def quick(base_url: str, **changes: Any) -> ProviderSettings:
    """Settings under which nothing is waited for long, not even retries."""
    chosen: dict[str, Any] = {
        "base_url": base_url,
        "plan": "sandbox",
        "attempts": 3,
        "backoff_seconds": 0.01,
        "max_wait_seconds": 1.5,
        "timeout_seconds": 5,
    }
    return ProviderSettings(**(chosen | changes))


def context_for(
    folder: Path, base_url: str = "", key: str | None = None, **changes: Any
) -> FetchContext:
    secret = SecretStr(key) if key else None
    return FetchContext(
        7, quick(base_url, **changes), RequestLog(7), RejectedRows(), folder, secret
    )


@dataclass
class Landed:
    """Everything a run of a source gave."""

    tables: dict[str, list[dict[str, Any]]]
    requests: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    context: FetchContext

    @property
    def outcomes(self) -> list[str]:
        return [failure.outcome for failure in self.context.failures]

    @property
    def data_requests(self) -> list[dict[str, Any]]:
        return [request for request in self.requests if request["endpoint"] != "session"]


def run(provider: ModuleType, items: Sequence[WorkItem], context: FetchContext) -> Landed:
    tables: dict[str, list[dict[str, Any]]] = {}
    for name, resource in provider.source(items, context).resources.items():
        arrived: list[pa.Table] = list(resource)
        tables[name] = [row for table in arrived for row in table.to_pylist()]
    return Landed(
        tables, context.log.drain().to_pylist(), context.rejected.drain().to_pylist(), context
    )


def yahoo_bars(
    symbol: str,
    interval: str,
    start: datetime,
    end: datetime,
    zone: str = "America/New_York",
) -> WorkItem:
    return WorkItem(
        "yahoo", "bars", (symbol,), "test", 1, interval, start, end, exchange_timezone=zone
    )


def binance_bars(symbol: str, interval: str, start: datetime, end: datetime) -> WorkItem:
    return WorkItem("binance", "bars", (symbol,), "test", 1, interval, start, end)


def massive_bars(symbol: str, interval: str, start: datetime, end: datetime) -> WorkItem:
    return WorkItem(
        "massive", "bars", (symbol,), "test", 1, interval, start, end, "America/New_York"
    )


def fmp_bars(
    symbol: str,
    interval: str,
    start: datetime,
    end: datetime,
    zone: str = "America/New_York",
) -> WorkItem:
    return WorkItem(
        "fmp", "bars", (symbol,), "test", 1, interval, start, end, exchange_timezone=zone
    )


def sample(provider: str, name: str) -> Any:
    path = SAMPLES / provider / name
    if not path.exists():
        pytest.skip(f"recorded sample {name} is not here")
    return json.loads(path.read_text(encoding="utf-8"))
