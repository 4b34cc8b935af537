"""Massive's reference data: tickers, splits and dividends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sandbox.listings import Listing, all_listings, listings_named
from sandbox.market import Market
from sandbox.massive.times import local_date
from sandbox.sessions import days_since_epoch

MICS = {"NMS": "XNAS", "NGM": "XNAS", "NYQ": "XNYS", "PCX": "ARCX"}
TYPES = {"stock": "CS", "etf": "ETF"}


def served(symbol: str | None) -> list[Listing]:
    """Everything that is, or ever was, called by a ticker here."""
    known = listings_named(symbol) if symbol else all_listings()
    return [one for one in known if one.massive_symbol and symbol in (None, one.massive_symbol)]


def tickers(symbol: str | None, active: bool, now: datetime) -> list[dict[str, Any]]:
    today = now.date()
    found = {}
    for one in served(symbol):
        if one.served_on(today) if active else _has_ended(one, today):
            found[one.massive_symbol] = _ticker(one, active, now)
    return [found[name] for name in sorted(found)]


def _has_ended(listing: Listing, today: date) -> bool:
    return listing.delisted_on is not None and listing.delisted_on < today


def _ticker(listing: Listing, active: bool, now: datetime) -> dict[str, Any]:
    digest = sha256(listing.path.encode()).hexdigest().upper()
    if listing.asset_class == "index":
        return {
            "ticker": listing.massive_symbol,
            "name": listing.name,
            "market": "indices",
            "locale": "us",
            "active": active,
            "source_feed": "CboeGlobalIndices",
        }
    found = {
        "ticker": listing.massive_symbol,
        "name": listing.name,
        "market": "otc" if listing.venue.code == "PNK" else "stocks",
        "locale": "us",
        "primary_exchange": MICS.get(listing.venue.code, listing.venue.code),
        "type": TYPES.get(listing.asset_class, "CS"),
        "active": active,
        "currency_name": listing.currency.lower(),
        "cik": f"{int(digest[:7], 16):010d}",
        "composite_figi": f"BBG00{digest[:7]}",
        "share_class_figi": f"BBG00{digest[7:14]}",
        "last_updated_utc": f"{local_date(now)}T00:00:00Z",
    }
    if not active:
        found["delisted_utc"] = f"{listing.delisted_on}T00:00:00Z"
    return found


def splits(market: Market, symbol: str | None, now: datetime) -> list[dict[str, Any]]:
    found = [
        {
            "execution_date": split.ex_date.isoformat(),
            "id": _id("split", name, split.ex_date),
            "split_from": split.denominator,
            "split_to": split.numerator,
            "ticker": name,
        }
        for name, listing in _holders(symbol, now)
        for split in market.events.splits(listing)
        if split.ex_date <= local_date(now)
    ]
    return sorted(found, key=lambda one: (str(one["execution_date"]), str(one["ticker"])))


def dividends(market: Market, symbol: str | None, now: datetime) -> list[dict[str, Any]]:
    found = [
        {
            "cash_amount": amount,
            "currency": listing.currency,
            "declaration_date": (ex_date - timedelta(days=12)).isoformat(),
            "dividend_type": "CD",
            "ex_dividend_date": ex_date.isoformat(),
            "frequency": 4,
            "id": _id("dividend", name, ex_date),
            "pay_date": (ex_date + timedelta(days=14)).isoformat(),
            "record_date": ex_date.isoformat(),
            "ticker": name,
        }
        for name, listing in _holders(symbol, now)
        for ex_date, amount in market.dividends(listing)
        if ex_date <= local_date(now) and days_since_epoch(ex_date) in _dates(market, listing)
    ]
    return sorted(found, key=lambda one: (str(one["ex_dividend_date"]), str(one["ticker"])))


def _holders(symbol: str | None, now: datetime) -> Iterator[tuple[str, Listing]]:
    for one in served(symbol):
        if one.served_on(now.date()) and one.asset_class != "index":
            yield one.massive_symbol, one


def _dates(market: Market, listing: Listing) -> set[int]:
    return set(market.days(listing).dates.tolist())


def _id(kind: str, name: str, day: date) -> str:
    return "E" + sha256(f"{kind} {name} {day}".encode()).hexdigest()
