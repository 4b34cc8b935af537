"""How Binance writes numbers: exact decimals as text, times in milliseconds or microseconds."""

from __future__ import annotations

from sandbox.listings import Listing

PLACES = 10**8


def decimal_text(units: int) -> str:
    """A number counted in units of 1e-8 as text with eight decimals."""
    sign, units = ("-", -units) if units < 0 else ("", units)
    return f"{sign}{units // PLACES}.{units % PLACES:08d}"


def price_text(listing: Listing, ticks: int) -> str:
    return decimal_text(ticks * (PLACES // listing.ticks_per_unit))


def quantity_text(listing: Listing, lots: int) -> str:
    return decimal_text(lots * (PLACES // listing.lots_per_unit))


def quote_text(listing: Listing, tick_lots: int) -> str:
    """A sum of price times quantity, cut to eight decimals."""
    return decimal_text(tick_lots * PLACES // (listing.ticks_per_unit * listing.lots_per_unit))


def first_instant(milliseconds: int, micro: bool) -> int:
    return milliseconds * 1000 if micro else milliseconds


def last_instant(milliseconds: int, micro: bool) -> int:
    """The last moment before an opening: ...999 or ...999999."""
    return milliseconds * 1000 - 1 if micro else milliseconds - 1
