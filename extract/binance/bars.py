"""Loads closed klines page by page, every price exactly as its text says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from extract.binance import cells
from extract.binance.client import MarketClient
from extract.binance.settings import LENGTHS, MOST_BARS, PROVIDER, SYMBOL
from extract.binance.windows import EPOCH, milliseconds
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock

TABLE = "binance_bars"
FIELDS = 11


def fetch_bars(unit: Unit, client: MarketClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    """One table a page; each page's request answers its own part of the window."""
    item = unit.item
    symbol = plain_symbol(item)
    if item.interval not in LENGTHS or item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "bars need an interval and a window", final=True)
    length = LENGTHS[item.interval]
    start = item.start
    while start < item.end:
        page = client.get_klines(
            symbol=symbol,
            interval=item.interval,
            startTime=milliseconds(start),
            endTime=milliseconds(item.end) - 1,
            limit=MOST_BARS,
        )
        if not isinstance(page, list):
            raise FetchFailed(Outcome.MALFORMED, "klines are not a list")
        reached = _reached(page, length)
        full = len(page) >= MOST_BARS
        if full and (reached is None or reached <= start):
            raise FetchFailed(Outcome.MALFORMED, "a full page that leads no further", final=True)
        end = min(reached, item.end) if full and reached is not None else item.end
        rows, received = _rows(unit, page, (start, end), length, rejected)
        unit.answered(received, start, end)
        if rows:
            yield pa.Table.from_pylist(rows, schema=arrow_schema(TABLE, landed=False))
        start = end


def plain_symbol(item: WorkItem) -> str:
    """Refused before it gets into an address."""
    if len(item.symbols) != 1 or not SYMBOL.fullmatch(item.symbol):
        raise FetchFailed(
            Outcome.UNKNOWN_SYMBOL, f"{item.symbol[:40]!r} cannot be a symbol here", final=True
        )
    return item.symbol


def _reached(page: list[Any], length: timedelta) -> datetime | None:
    """Where the next page begins: after the last bar that can be read."""
    opens = []
    for row in page:
        try:
            opens.append(cells.moment(row[0], "open time"))
        except (ValueError, TypeError, IndexError, KeyError):
            continue
    return max(opens) + length if opens else None


def _rows(
    unit: Unit,
    page: list[Any],
    window: tuple[datetime, datetime],
    length: timedelta,
    rejected: RejectedRows,
) -> tuple[list[dict[str, Any]], int]:
    """Typed rows inside the window, and how many rows of it were received."""
    now = clock.now()
    rows, rejections = [], 0
    for raw in page:
        try:
            row = _row(unit, raw, length, now)
        except (ValueError, TypeError, IndexError, KeyError) as error:
            rejections += 1
            rejected.add(unit.request_id, PROVIDER, TABLE, json.dumps(raw), str(error))
            continue
        running = row["closed_at"] >= now
        if window[0] <= row["opened_at"] < window[1] and not running:
            rows.append(row)
    return rows, len(rows) + rejections


def _row(unit: Unit, raw: Any, length: timedelta, now: datetime) -> dict[str, Any]:
    if not isinstance(raw, list) or len(raw) < FIELDS:
        raise ValueError(f"not a kline of {FIELDS} fields or more")
    opened_at = cells.moment(raw[0], "open time")
    if opened_at > now:
        raise ValueError("the open time lies in the future")
    if (opened_at - EPOCH) % length:
        raise ValueError("the open time is off the grid")
    closed_at = cells.moment(raw[6], "close time")
    if closed_at != opened_at + length - timedelta(milliseconds=1):
        raise ValueError("the close time does not go with the open time")
    return {
        "request_id": unit.request_id,
        "symbol": unit.item.symbol,
        "interval": unit.item.interval,
        "opened_at": opened_at,
        "open": cells.price(raw[1], "open"),
        "high": cells.price(raw[2], "high"),
        "low": cells.price(raw[3], "low"),
        "close": cells.price(raw[4], "close"),
        "volume": cells.volume(raw[5], "volume"),
        "closed_at": closed_at,
        "quote_volume": cells.volume(raw[7], "quote volume"),
        "trade_count": cells.whole(raw[8], "trade count"),
        "taker_base_volume": cells.volume(raw[9], "taker base volume"),
        "taker_quote_volume": cells.volume(raw[10], "taker quote volume"),
    }
