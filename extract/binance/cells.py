"""Exact types out of Binance's texts; a cell that does not fit names itself."""

from __future__ import annotations

from datetime import datetime

from extract.binance.settings import EARLIEST_MS, LATEST_MS
from extract.binance.windows import instant
from extract.cells.exact import price, shown, volume

__all__ = ["flag", "moment", "price", "volume", "whole"]


def whole(value: object, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError(f"{name} is not a whole number: {shown(value)}")
    return value


def moment(value: object, name: str) -> datetime:
    stamp = whole(value, name)
    if not EARLIEST_MS <= stamp < LATEST_MS:
        raise ValueError(f"{name} is not a time in milliseconds: {stamp}")
    return instant(stamp)


def flag(value: object, name: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is not true or false: {shown(value)}")
    return value
