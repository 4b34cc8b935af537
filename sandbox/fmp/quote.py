"""Quotes, splits and dividends of one listing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.fmp.prices import FmpView

SHARES_PER_DAY_TRADED = 300
EXCHANGES = {
    "NMS": "NASDAQ", "NGM": "NASDAQ", "NYQ": "NYSE", "PCX": "AMEX", "PNK": "OTC",
    "CMX": "COMMODITY", "NYM": "COMMODITY", "CCY": "FOREX", "CCC": "CRYPTO",
}  # fmt: skip


def quote(view: FmpView) -> dict[str, Any]:
    last, listing = view.last, view.listing
    assert last is not None
    year = view.year()
    closes = year["close"]
    previous = view.close_before(last.session)
    is_stock = listing.asset_class == "stock"
    shares = listing.volume * SHARES_PER_DAY_TRADED if is_stock else None
    return {
        "symbol": listing.fmp_symbol,
        "name": listing.name,
        "price": last.price,
        "changePercentage": round((last.price / previous - 1) * 100, 5),
        "change": round(last.price - previous, 4),
        "volume": last.volume,
        "dayLow": last.low,
        "dayHigh": last.high,
        "yearHigh": year["high"].max().item(),
        "yearLow": year["low"].min().item(),
        "marketCap": int(shares * last.price) if shares else None,
        "priceAvg50": round(float(closes[-50:].mean()), 4),
        "priceAvg200": round(float(closes[-200:].mean()), 5),
        "exchange": EXCHANGES.get(listing.venue.code, "INDEX"),
        "open": last.open,
        "previousClose": previous,
        "timestamp": last.at,
    }


def short_quote(view: FmpView) -> dict[str, Any]:
    whole = quote(view)
    return {name: whole[name] for name in ("symbol", "price", "change", "volume")}


def splits(view: FmpView) -> list[dict[str, Any]]:
    return [
        {
            "symbol": view.listing.fmp_symbol,
            "date": split.ex_date.isoformat(),
            "numerator": split.numerator,
            "denominator": split.denominator,
        }
        for split in reversed(view.splits)
    ]


def dividends(view: FmpView) -> list[dict[str, Any]]:
    """`dividend` as it was paid, `adjDividend` in the shares of today."""
    paid = dict(view.market.dividends(view.listing))
    return [
        {
            "symbol": view.listing.fmp_symbol,
            "date": ex_date.isoformat(),
            "recordDate": ex_date.isoformat(),
            "paymentDate": (ex_date + timedelta(days=14)).isoformat(),
            "declarationDate": (ex_date - timedelta(days=21)).isoformat(),
            "adjDividend": adjusted,
            "dividend": paid[ex_date],
            "yield": round(400 * (1 - factor), 5),
            "frequency": "Quarterly",
        }
        for ex_date, adjusted, factor in reversed(view.dividends)
    ]
