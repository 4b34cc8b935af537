"""Binance's exchangeInfo: symbols, their filters, and the limits in force."""

from __future__ import annotations

from typing import Any

from sandbox.binance.figures import PLACES, decimal_text
from sandbox.listings import Listing

QUOTES = ("USDT", "BTC")
MOST_PRICE = 1_000_000 * PLACES
MOST_QUANTITY = 9_000 * PLACES
LEAST_NOTIONAL = {"USDT": "5.00000000", "BTC": "0.00010000"}
STP_MODES = ("EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT")
ORDER_TYPES = (
    "LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)  # fmt: skip
SWITCHES = (
    "icebergAllowed", "ocoAllowed", "otoAllowed", "opoAllowed", "quoteOrderQtyMarketAllowed",
    "allowTrailingStop", "cancelReplaceAllowed", "amendAllowed", "pegInstructionsAllowed",
    "isSpotTradingAllowed", "isMarginTradingAllowed",
)  # fmt: skip


def exchange_information(
    listings: list[Listing], server_time: int, weight_limit: int
) -> dict[str, Any]:
    return {
        "timezone": "UTC",
        "serverTime": server_time,
        "rateLimits": [
            _rate("REQUEST_WEIGHT", "MINUTE", 1, weight_limit),
            _rate("ORDERS", "SECOND", 10, 100),
            _rate("ORDERS", "DAY", 1, 200_000),
            _rate("RAW_REQUESTS", "MINUTE", 5, 61_000),
        ],
        "exchangeFilters": [],
        "symbols": [_symbol(listing) for listing in listings],
    }


def _rate(kind: str, interval: str, number: int, limit: int) -> dict[str, Any]:
    return {"rateLimitType": kind, "interval": interval, "intervalNum": number, "limit": limit}


def _symbol(listing: Listing) -> dict[str, Any]:
    quote = next(one for one in QUOTES if listing.binance_symbol.endswith(one))
    return {
        "symbol": listing.binance_symbol,
        "status": "TRADING",
        "baseAsset": listing.binance_symbol.removesuffix(quote),
        "baseAssetPrecision": 8,
        "quoteAsset": quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": list(ORDER_TYPES),
        **dict.fromkeys(SWITCHES, True),
        "filters": _filters(listing, quote),
        "permissions": [],
        "permissionSets": [["SPOT", "MARGIN"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": list(STP_MODES),
    }


def _filters(listing: Listing, quote: str) -> list[dict[str, Any]]:
    tick = decimal_text(PLACES // listing.ticks_per_unit)
    lot = decimal_text(PLACES // listing.lots_per_unit)
    most = decimal_text(MOST_QUANTITY)
    sides = {
        f"{side}Multiplier{way}": value
        for side in ("bid", "ask")
        for way, value in (("Up", "5"), ("Down", "0.2"))
    }
    deltas = {
        f"{bound}Trailing{side}Delta": value
        for side in ("Above", "Below")
        for bound, value in (("min", 10), ("max", 2000))
    }
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": tick,
            "maxPrice": decimal_text(MOST_PRICE),
            "tickSize": tick,
        },
        {"filterType": "LOT_SIZE", "minQty": lot, "maxQty": most, "stepSize": lot},
        {"filterType": "ICEBERG_PARTS", "limit": 10},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": "0.00000000",
            "maxQty": most,
            "stepSize": "0.00000000",
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
        {"filterType": "TRAILING_DELTA", **deltas},
        {"filterType": "PERCENT_PRICE_BY_SIDE", **sides, "avgPriceMins": 5},
        {
            "filterType": "NOTIONAL",
            "minNotional": LEAST_NOTIONAL[quote],
            "applyMinToMarket": True,
            "maxNotional": "9000000.00000000",
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
    ]
