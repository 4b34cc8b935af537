"""Loads closed klines by files and by pages, every price exactly as its text says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from extract.binance import cells
from extract.binance.archived_bars import read_bars
from extract.binance.archives import path_of
from extract.binance.client import MarketClient
from extract.binance.klines import kline
from extract.binance.settings import BARS, LENGTHS, MOST_BARS, PROVIDER, SYMBOL
from extract.binance.windows import Piece, milliseconds, pieces
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock


def fetch_bars(unit: Unit, client: MarketClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    """One table a file or page; each one's request answers its own part of the window."""
    item = unit.item
    symbol = plain_symbol(item)
    if item.interval not in LENGTHS:
        reason = f"no such interval: {item.interval!r}; intervals are {', '.join(LENGTHS)}"
        raise FetchFailed(Outcome.MALFORMED, reason, final=True)
    if item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "bars need a window", final=True)
    whole = Piece(item.start, item.end)
    archive = client.archive if symbol.isalnum() else None
    parts = pieces(item.interval, *whole[:2], clock.now()) if archive else [whole]
    for piece in parts:
        file = None
        if archive and piece.period:
            file = archive.fetch(unit, path_of("klines", symbol, piece, item.interval))
        if file:
            yield read_bars(unit, file, piece, rejected)
        else:
            yield from _paged(unit, client, piece, rejected)


def _paged(
    unit: Unit, client: MarketClient, window: Piece, rejected: RejectedRows
) -> Iterator[pa.Table]:
    length = LENGTHS[str(unit.item.interval)]
    start = window.start
    while start < window.end:
        page = client.get_klines(
            symbol=unit.item.symbol,
            interval=unit.item.interval,
            startTime=milliseconds(start),
            endTime=milliseconds(window.end) - 1,
            limit=MOST_BARS,
        )
        if not isinstance(page, list):
            raise FetchFailed(Outcome.MALFORMED, "klines are not a list")
        reached = _reached(page, length)
        full = len(page) >= MOST_BARS
        if full and (reached is None or reached <= start):
            raise FetchFailed(Outcome.MALFORMED, "a full page that leads no further", final=True)
        end = min(reached, window.end) if full and reached is not None else window.end
        rows, received = _rows(unit, page, (start, end), length, rejected)
        unit.answered(received, start, end)
        if rows:
            yield pa.Table.from_pylist(rows, schema=arrow_schema(BARS, landed=False))
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
            row = kline(unit, raw, length, now)
        except (ValueError, TypeError, IndexError, KeyError) as error:
            rejections += 1
            rejected.add(unit.request_id, PROVIDER, BARS, json.dumps(raw), str(error))
            continue
        running = row["closed_at"] >= now
        if window[0] <= row["opened_at"] < window[1] and not running:
            rows.append(row)
    return rows, len(rows) + rejections
