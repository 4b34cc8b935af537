"""Exact types out of Massive's JSON numbers; a cell that does not fit names itself."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from extract.cells.exact import PLACES, PRICE_DIGITS, VOLUME_DIGITS, shown
from extract.massive.settings import EARLIEST_MS, LATEST_MS

EPOCH = datetime(1970, 1, 1)
UNIT = Decimal(1).scaleb(-PLACES)
WRITTEN = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)

Raw = dict[str, Any]


def record(value: object) -> Raw:
    if not isinstance(value, dict):
        raise ValueError(f"not an object: {shown(value)}")
    return value


def price(raw: Raw, name: str) -> Decimal:
    return _decimal(_given(raw, name), name, PRICE_DIGITS)


def price_or_none(raw: Raw, name: str) -> Decimal | None:
    return None if raw.get(name) is None else price(raw, name)


def volume(raw: Raw, name: str) -> Decimal:
    return _decimal(_given(raw, name), name, VOLUME_DIGITS)


def volume_or_none(raw: Raw, name: str) -> Decimal | None:
    return None if raw.get(name) is None else volume(raw, name)


def written(raw: Raw, name: str) -> Decimal:
    """A volume that may come as text, so that no reader makes a float of it."""
    value = _given(raw, name)
    if isinstance(value, str) and WRITTEN.fullmatch(value):
        value = Decimal(value)
    return _decimal(value, name, VOLUME_DIGITS)


def whole(raw: Raw, name: str) -> int:
    """Never by way of a float: nanoseconds need more digits than one has."""
    value: object = _given(raw, name)
    if isinstance(value, Decimal) and value.is_finite() and value.adjusted() < 20:
        value = int(value) if value == value.to_integral_value() else value
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(f"{name} is not a whole number: {shown(value)}")
    return value


def whole_or_none(raw: Raw, name: str) -> int | None:
    return None if raw.get(name) is None else whole(raw, name)


def small(raw: Raw, name: str) -> int:
    number = whole(raw, name)
    if not -(2**31) <= number < 2**31:
        raise ValueError(f"{name} is too large: {number}")
    return number


def small_or_none(raw: Raw, name: str) -> int | None:
    return None if raw.get(name) is None else small(raw, name)


def milliseconds(raw: Raw, name: str) -> datetime:
    stamp = whole(raw, name)
    if not EARLIEST_MS <= stamp < LATEST_MS:
        raise ValueError(f"{name} is not a time in milliseconds: {stamp}")
    return EPOCH + timedelta(milliseconds=stamp)


def nanoseconds(raw: Raw, name: str) -> int:
    stamp = whole(raw, name)
    if not EARLIEST_MS <= stamp // 1_000_000 < LATEST_MS:
        raise ValueError(f"{name} is not a time in nanoseconds: {stamp}")
    return stamp


def nanoseconds_or_none(raw: Raw, name: str) -> int | None:
    """Flat files and some trades write 0 for a time that there is none of."""
    return None if raw.get(name) in (None, 0) else nanoseconds(raw, name)


def numbers(raw: Raw, name: str) -> str | None:
    """A list of numbers as text with commas between."""
    values = raw.get(name)
    if values is None or values == []:
        return None
    if not isinstance(values, list):
        raise ValueError(f"{name} is not a list: {shown(values)}")
    return ",".join(str(whole({name: one}, name)) for one in values)


def word(raw: Raw, name: str) -> str:
    value = _given(raw, name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is not a text: {shown(value)}")
    return value


def label(raw: Raw, name: str) -> str:
    """An identifier, which is a text whatever it looks like."""
    value = _given(raw, name)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else word(raw, name)


def word_or_none(raw: Raw, name: str) -> str | None:
    return None if raw.get(name) in (None, "") else word(raw, name)


def flag_or_none(raw: Raw, name: str) -> bool | None:
    value = raw.get(name)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false: {shown(value)}")
    return value


def day(raw: Raw, name: str) -> date:
    text = word(raw, name)
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"{name} is not a date: {shown(text)}") from None


def day_or_none(raw: Raw, name: str) -> date | None:
    return None if raw.get(name) in (None, "") else day(raw, name)


def moment(raw: Raw, name: str) -> datetime:
    """RFC 3339 with its offset, as naive UTC."""
    text = word(raw, name)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise ValueError(f"{name} is not an instant: {shown(text)}")
    return found.astimezone(UTC).replace(tzinfo=None)


def moment_or_none(raw: Raw, name: str) -> datetime | None:
    return None if raw.get(name) in (None, "") else moment(raw, name)


def _given(raw: Raw, name: str) -> Any:
    if raw.get(name) is None:
        raise ValueError(f"{name} is missing")
    return raw[name]


def _decimal(value: object, name: str, digits: int) -> Decimal:
    """To 8 decimals: Massive's figures are floats, whose tails mean nothing."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError(f"{name} is not a number: {shown(value)}")
    number = Decimal(value)
    if not number.is_finite():
        raise ValueError(f"{name} is not a number: {shown(value)}")
    if number.adjusted() >= digits - PLACES:
        raise ValueError(f"{name} is too large: {shown(value)}")
    if number < 0:
        raise ValueError(f"{name} is negative: {shown(value)}")
    rounded = number.quantize(UNIT, context=WIDE)
    if number and not rounded:
        raise ValueError(f"{name} is too small: {shown(value)}")
    return rounded
