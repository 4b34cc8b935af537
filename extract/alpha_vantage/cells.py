"""Exact types out of Alpha Vantage's texts; a cell that does not fit names itself."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

PLACES = 8
PRICE_DIGITS = 18
VOLUME_DIGITS = 24


def price(value: object, name: str) -> Decimal:
    return _decimal(value, name, PRICE_DIGITS)


def volume(value: object, name: str) -> Decimal:
    return _decimal(value, name, VOLUME_DIGITS)


def whole(value: object, name: str) -> int:
    number = volume(value, name)
    if number != int(number) or abs(number) >= 2**63:
        raise ValueError(f"{name} is not a whole number: {_shown(value)}")
    return int(number)


def percent(value: object, name: str) -> float:
    return float(price(str(value).removesuffix("%"), name))


def day(stamp: object) -> date:
    """Some answers add the hour to the day that is under way."""
    return date.fromisoformat(str(stamp)[:10])


def moment(stamp: str) -> datetime:
    """A wall clock's time, in the zone that the answer names."""
    found = datetime.fromisoformat(stamp)
    if found.tzinfo is not None or len(stamp) < 16:
        raise ValueError(f"not a time without a zone: {_shown(stamp)}")
    return found


def _decimal(value: object, name: str, digits: int) -> Decimal:
    """Text to decimal with nothing lost; what the column cannot hold exactly is refused."""
    text = value if isinstance(value, str) else repr(value)
    try:
        number = Decimal(text) if text == text.strip() and "_" not in text else None
    except InvalidOperation:
        number = None
    if isinstance(value, bool) or number is None or not number.is_finite():
        raise ValueError(f"{name} is not a number: {_shown(value)}")
    if number and number.adjusted() >= digits - PLACES:
        raise ValueError(f"{name} is too large: {_shown(value)}")
    if number != round(number, PLACES):
        raise ValueError(f"{name} has more than {PLACES} decimals: {_shown(value)}")
    return round(number, PLACES)


def _shown(value: object) -> str:
    return repr(value)[:60]
