"""Loads the quote of a symbol: the figures of its latest trading day, without an hour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from extract.alpha_vantage import cells
from extract.alpha_vantage.client import Client
from extract.alpha_vantage.questions import plain_symbol
from extract.alpha_vantage.settings import PROVIDER, QUOTE
from extract.alpha_vantage.shapes import Values, read_quote, value_of
from extract.edge.redaction import redact
from extract.http import Unit
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from warehouse import clock

TABLE = "alpha_vantage_quotes"
PRICES = {
    "open": "open",
    "high": "high",
    "low": "low",
    "price": "price",
    "previous_close": "previous close",
    "change": "change",
}


def fetch_quotes(unit: Unit, client: Client, rejected: RejectedRows) -> Iterator[pa.Table]:
    parsed = client.quote(QUOTE, symbol=plain_symbol(unit.item))
    rows = []
    try:
        values, late = read_quote(parsed)
        rows.append(_row(values) | {"delay_minutes": late})
    except (ValueError, TypeError, OverflowError) as error:
        payload = redact(json.dumps(parsed, default=str))
        rejected.add(unit.request_id, PROVIDER, TABLE, payload, redact(str(error)))
    unit.answered(1)
    own = {"request_id": unit.request_id, "symbol": unit.item.symbol, "observed_at": clock.now()}
    if rows:
        yield pa.Table.from_pylist(
            [own | row for row in rows], schema=arrow_schema(TABLE, landed=False)
        )


def _row(values: Values) -> dict[str, Any]:
    return {
        **{name: cells.price(value_of(values, word), word) for name, word in PRICES.items()},
        "volume": cells.whole(value_of(values, "volume"), "volume"),
        "trading_date": cells.day(value_of(values, "latest trading day")),
        "change_percent": cells.percent(value_of(values, "change percent"), "change percent"),
    }
