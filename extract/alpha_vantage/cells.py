"""Exact types out of Alpha Vantage's texts; a cell that does not fit names itself."""

from __future__ import annotations

from datetime import date, datetime

from extract.cells.exact import price, shown, volume

__all__ = ["day", "moment", "percent", "price", "volume", "whole"]


def whole(value: object, name: str) -> int:
    number = volume(value, name)
    if number != int(number) or abs(number) >= 2**63:
        raise ValueError(f"{name} is not a whole number: {shown(value)}")
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
        raise ValueError(f"not a time without a zone: {shown(stamp)}")
    return found
