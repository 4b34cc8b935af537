"""Loads all dividends and splits of a symbol with one chart request, none of its bars."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from yfinance.data import YfData

from extract.http import Reply, Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.yahoo.bars import plain_symbol
from extract.yahoo.chart import chart_result
from extract.yahoo.session import YahooSession
from extract.yahoo.settings import CHART_URL, HISTORY, PROVIDER
from warehouse import clock

DIVIDENDS = "yahoo_dividends"
SPLITS = "yahoo_splits"
EPOCH = datetime(1970, 1, 1)


def fetch_actions(
    unit: Unit, session: YahooSession, rejected: RejectedRows
) -> tuple[pa.Table, pa.Table]:
    """Dividends and splits; a wide window, because `range=max` may answer in coarser bars."""
    symbol = plain_symbol(unit.item)
    now = clock.now()
    answers: list[dict[str, Any]] = []

    def inspect(reply: Reply) -> bytes:
        answers.append(chart_result(reply, symbol))
        return reply.body

    session.begin(inspect)
    YfData(session=session).get(
        CHART_URL + symbol.upper(),
        params={
            "period1": _seconds(now - HISTORY),
            "period2": _seconds(now),
            "interval": "1d",
            "includePrePost": "false",
            "events": "div,splits",
        },
    )
    if not answers:
        raise FetchFailed(Outcome.UNAUTHORISED, "Yahoo did not take the renewed crumb")
    result = answers[-1]
    events = result.get("events") or {}
    dividends = _rows(unit, result, events.get("dividends"), DIVIDENDS, _amount, rejected)
    splits = _rows(unit, result, events.get("splits"), SPLITS, _ratio, rejected)
    received = sum(len(events.get(kind) or {}) for kind in ("dividends", "splits"))
    unit.answered(received)
    return _table(DIVIDENDS, dividends), _table(SPLITS, splits)


def _rows(
    unit: Unit,
    result: dict[str, Any],
    events: object,
    table: str,
    value_of: Callable[[dict[str, Any]], dict[str, Any]],
    rejected: RejectedRows,
) -> list[dict[str, Any]]:
    if events is None:
        return []
    if not isinstance(events, dict):
        raise FetchFailed(Outcome.MALFORMED, "events are not given by their stamps")
    rows = []
    for event in events.values():
        try:
            rows.append(
                {
                    "request_id": unit.request_id,
                    "symbol": unit.item.symbol,
                    "stamped_at": EPOCH + timedelta(seconds=int(event["date"])),
                    "exchange_timezone": result["meta"]["exchangeTimezoneName"],
                    "currency": event.get("currency") or result["meta"].get("currency"),
                    **value_of(event),
                }
            )
        except (KeyError, TypeError, ValueError, OverflowError, AttributeError) as error:
            rejected.add(
                unit.request_id,
                PROVIDER,
                table,
                json.dumps(event, default=str),
                f"not a readable event: {type(error).__name__}: {error}",
            )
    return rows


def _amount(event: dict[str, Any]) -> dict[str, Any]:
    return {"amount": _number(event["amount"])}


def _ratio(event: dict[str, Any]) -> dict[str, Any]:
    numerator, denominator = _number(event["numerator"]), _number(event["denominator"])
    if numerator <= 0 or denominator <= 0:
        raise ValueError("a split of nothing")
    return {"ratio": numerator / denominator}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    return float(value)


def _seconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=arrow_schema(name, landed=False))
