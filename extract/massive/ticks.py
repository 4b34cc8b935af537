"""Loads trades and quotes of a window, or the newest of them, with their nanoseconds exact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from extract.http import Unit
from extract.massive import cells
from extract.massive.bars import plain_ticker
from extract.massive.client import MassiveClient
from extract.massive.rows import landed
from extract.massive.settings import MOST_TICKS, NEWEST_TICKS, QUOTES_PATH, TRADES_PATH
from extract.massive.windows import nanoseconds
from extract.request_log import RejectedRows
from extract.work import WorkItem

TRADES = "massive_trades"
QUOTES = "massive_quotes"


def fetch_trades(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    yield from _fetch(unit, client, rejected, TRADES, TRADES_PATH, _trade)


def fetch_quotes(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    yield from _fetch(unit, client, rejected, QUOTES, QUOTES_PATH, _quote)


def _fetch(
    unit: Unit,
    client: MassiveClient,
    rejected: RejectedRows,
    table: str,
    path: str,
    row_of: Callable[[cells.Raw], dict[str, Any]],
) -> Iterator[pa.Table]:
    symbol = plain_ticker(unit.item)
    for page in client.pages(f"{path}/{symbol}", asked(unit.item)):
        yield from landed(unit, page.rows, table, {"symbol": symbol}, row_of, rejected)
        if unit.item.start is None:
            return


def asked(item: WorkItem) -> dict[str, Any]:
    """The usual order is the newest first, so the order is always said."""
    if item.start is None or item.end is None:
        return {"order": "desc", "sort": "timestamp", "limit": NEWEST_TICKS}
    return {
        "timestamp.gte": nanoseconds(item.start),
        "timestamp.lt": nanoseconds(item.end),
        "order": "asc",
        "sort": "timestamp",
        "limit": MOST_TICKS,
    }


def _trade(raw: cells.Raw) -> dict[str, Any]:
    exact = "decimal_size" if raw.get("decimal_size") is not None else "size"
    return {
        "trade_id": cells.label(raw, "id"),
        "exchange_id": cells.small(raw, "exchange"),
        "trf_id": cells.small_or_none(raw, "trf_id"),
        "tape": cells.small_or_none(raw, "tape"),
        "price": cells.price(raw, "price"),
        "size": cells.written(raw, exact),
        "conditions": cells.numbers(raw, "conditions"),
        "correction": cells.small_or_none(raw, "correction"),
        **_times(raw),
    }


def _quote(raw: cells.Raw) -> dict[str, Any]:
    return {
        "bid_price": cells.price_or_none(raw, "bid_price"),
        "bid_size": cells.volume_or_none(raw, "bid_size"),
        "bid_exchange_id": cells.small_or_none(raw, "bid_exchange"),
        "ask_price": cells.price_or_none(raw, "ask_price"),
        "ask_size": cells.volume_or_none(raw, "ask_size"),
        "ask_exchange_id": cells.small_or_none(raw, "ask_exchange"),
        "conditions": cells.numbers(raw, "conditions"),
        "indicators": cells.numbers(raw, "indicators"),
        "tape": cells.small_or_none(raw, "tape"),
        **_times(raw),
    }


def _times(raw: cells.Raw) -> dict[str, Any]:
    return {
        "sequence_number": cells.whole(raw, "sequence_number"),
        "sip_timestamp_ns": cells.nanoseconds(raw, "sip_timestamp"),
        "participant_timestamp_ns": cells.nanoseconds_or_none(raw, "participant_timestamp"),
        "trf_timestamp_ns": cells.nanoseconds_or_none(raw, "trf_timestamp"),
    }
