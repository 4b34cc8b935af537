"""Reads one kline, from the API or from a file, into the columns of its raw table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from extract.binance import cells
from extract.binance.windows import EPOCH
from extract.http import Unit

FIELDS = 11


def kline(unit: Unit, raw: Any, length: timedelta, now: datetime) -> dict[str, Any]:
    """Says what is wrong with it by a ValueError."""
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
