"""Decimals with nothing lost, as wide as raw columns are; a cell that does not fit names itself."""

from __future__ import annotations

import math
from decimal import Decimal, InvalidOperation

PLACES = 8
PRICE_DIGITS = 18
VOLUME_DIGITS = 24


def price(value: object, name: str) -> Decimal:
    return _decimal(value, name, PRICE_DIGITS)


def volume(value: object, name: str) -> Decimal:
    return _decimal(value, name, VOLUME_DIGITS)


def shown(value: object) -> str:
    return repr(value)[:60]


def _decimal(value: object, name: str, digits: int) -> Decimal:
    """What the column cannot hold exactly is refused, not rounded."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{name} is not a number: {shown(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is not finite")
    text = value if isinstance(value, str) else repr(value)
    try:
        number = Decimal(text) if text == text.strip() and "_" not in text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f"{name} is not a number: {shown(value)}")
    if number and number.adjusted() >= digits - PLACES:
        raise ValueError(f"{name} is too large: {shown(value)}")
    if number != round(number, PLACES):
        raise ValueError(f"{name} has more than {PLACES} decimals: {shown(value)}")
    return round(number, PLACES)
