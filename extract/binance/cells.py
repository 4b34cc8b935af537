"""Exact types out of Binance's texts; a cell that does not fit names itself."""

from __future__ import annotations

import math
from datetime import datetime
from decimal import Decimal, InvalidOperation

from extract.binance.settings import EARLIEST_MS, LATEST_MS
from extract.binance.windows import instant

PLACES = 8
PRICE_DIGITS = 18
VOLUME_DIGITS = 24


def price(value: object, name: str) -> Decimal:
    return _decimal(value, name, PRICE_DIGITS)


def volume(value: object, name: str) -> Decimal:
    return _decimal(value, name, VOLUME_DIGITS)


def whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(f"{name} is not a whole number: {_shown(value)}")
    return value


def moment(value: object, name: str) -> datetime:
    stamp = whole(value, name)
    if not EARLIEST_MS <= stamp < LATEST_MS:
        raise ValueError(f"{name} is not a time in milliseconds: {stamp}")
    return instant(stamp)


def flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false: {_shown(value)}")
    return value


def _decimal(value: object, name: str, digits: int) -> Decimal:
    """Text to decimal with nothing lost; what the column cannot hold exactly is refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{name} is not a number: {_shown(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is not finite")
    text = value if isinstance(value, str) else repr(value)
    try:
        number = Decimal(text) if text == text.strip() and "_" not in text else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise ValueError(f"{name} is not a number: {_shown(value)}")
    if number.adjusted() >= digits - PLACES:
        raise ValueError(f"{name} is too large: {_shown(value)}")
    if number != round(number, PLACES):
        raise ValueError(f"{name} has more than {PLACES} decimals: {_shown(value)}")
    return round(number, PLACES)


def _shown(value: object) -> str:
    return repr(value)[:60]
