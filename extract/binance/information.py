"""Reads one symbol of the exchange information; filters of unknown kinds are kept as they are."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from extract.binance import cells

Row = dict[str, Any]
# What bounds an order is called differently over the years.
LEAST_NOTIONAL = ("NOTIONAL", "MIN_NOTIONAL")
GONE = "gone"


def vanished(symbol: str) -> Row:
    """Stands for a symbol that the exchange does not list any more."""
    return {"symbol": symbol, GONE: True}


def symbol_row(raw: Row) -> Row:
    if raw.get(GONE) is True:
        return dict.fromkeys(COLUMNS) | {"symbol": raw["symbol"], "is_listed": False}
    filters = raw["filters"]
    if not isinstance(filters, list) or not all(isinstance(one, dict) for one in filters):
        raise ValueError("filters are not a list of objects")
    by_kind = {str(one.get("filterType")): one for one in filters}
    sizes = by_kind.get("LOT_SIZE", {})
    notional: Row = next((by_kind[kind] for kind in LEAST_NOTIONAL if kind in by_kind), {})
    # Since 2023 permissions come in sets; older answers have one plain list.
    sets = raw.get("permissionSets") or [raw.get("permissions") or []]
    return {
        "symbol": _text(raw["symbol"], "symbol"),
        "is_listed": True,
        "status": _text(raw["status"], "status"),
        "base_asset": _text(raw["baseAsset"], "baseAsset"),
        "quote_asset": _text(raw["quoteAsset"], "quoteAsset"),
        "tick_size": _size(by_kind.get("PRICE_FILTER", {}), "tickSize"),
        "step_size": _size(sizes, "stepSize"),
        "least_quantity": _size(sizes, "minQty"),
        "most_quantity": _size(sizes, "maxQty"),
        "least_notional": _size(notional, "minNotional"),
        "is_spot_trading_allowed": cells.flag(
            raw.get("isSpotTradingAllowed", False), "isSpotTradingAllowed"
        ),
        "permission_sets": json.dumps(sets),
        "order_types": json.dumps(raw.get("orderTypes", [])),
        "filters": json.dumps(filters, separators=(",", ":")),
    }


COLUMNS = (
    "status", "base_asset", "quote_asset", "tick_size", "step_size", "least_quantity",
    "most_quantity", "least_notional", "is_spot_trading_allowed", "permission_sets",
    "order_types", "filters",
)  # fmt: skip


def _size(found: Row, name: str) -> Decimal | None:
    return cells.volume(found[name], name) if name in found else None


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} is not a text: {value!r:.60}")
    return value
