"""Asking the Yahoo dialect for a chart."""

from __future__ import annotations

import json
from calendar import timegm
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests

from sandbox import Exchange

Get = Callable[..., requests.Response]
CHART = "/yahoo/v8/finance/chart/"


def stamp(at: datetime) -> int:
    return timegm(at.timetuple())


def chart(get: Get, symbol: str, start: datetime, end: datetime, **query: Any) -> dict[str, Any]:
    answer = get(CHART + symbol, period1=stamp(start), period2=stamp(end), **query)
    assert answer.status_code == 200, answer.text
    # As lenient as the extractors: a mistaken answer can hold a NaN.
    result: dict[str, Any] = json.loads(answer.text)["chart"]["result"][0]
    return result


def quotes(result: dict[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = result["indicators"]["quote"][0]
    return found


def asking(exchange: Exchange) -> Get:
    """Asks an exchange that a test has started for itself."""
    return lambda path, **query: requests.get(exchange.url + path, params=query, timeout=10)
