"""Typed cells out of JSON; one that does not fit names itself."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any

from extract.fmp.settings import NOON, ZONE

EPOCH = datetime(1970, 1, 1)
LARGEST = 1e18
LATEST_STAMP = 4_102_444_800


def number(row: dict[str, Any], name: str) -> float | None:
    """Null is a value here; text, truth values and what is not finite are not."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} is not a number: {str(value)[:40]!r}")
    if not math.isfinite(value) or abs(value) >= LARGEST:
        raise ValueError(f"{name} is not finite")
    return float(value)


def price(row: dict[str, Any], name: str) -> float | None:
    if name not in row:
        raise ValueError(f"{name} is missing")
    return number(row, name)


def amount(row: dict[str, Any], name: str) -> float | None:
    """What can be nothing, but not less."""
    found = number(row, name)
    if found is not None and found < 0:
        raise ValueError(f"{name} is negative")
    return found


def word(row: dict[str, Any], name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value)[:200]


def day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError(f"the date is no text: {str(value)[:40]!r}")
    try:
        # Strict: `fromisoformat` would take a week's or an ordinal date as well.
        return datetime.strptime(value, "%Y-%m-%d").date()
    except ValueError:
        raise ValueError(f"not a date: {value[:40]!r}") from None


def noon(on: date) -> datetime:
    """Twelve o'clock in New York, when every session of that date is under way, in UTC."""
    return _utc(datetime.combine(on, NOON, ZONE))


def opening(value: object) -> datetime:
    """The instant that a stamp without a zone means on New York's clock."""
    if not isinstance(value, str):
        raise ValueError(f"the date is no text: {str(value)[:40]!r}")
    try:
        local = datetime.strptime(value, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise ValueError(f"not a date with a time: {value[:40]!r}") from None
    first, second = (_utc(local.replace(tzinfo=ZONE, fold=fold)) for fold in (0, 1))
    if first.replace(tzinfo=UTC).astimezone(ZONE).replace(tzinfo=None) != local:
        raise ValueError(f"New York's clock skipped {value}")
    if first != second:
        raise ValueError(f"New York's clock showed {value} twice")
    return first


def instant(row: dict[str, Any], name: str) -> datetime | None:
    """Seconds since 1970 in UTC."""
    value = number(row, name)
    if value is None:
        return None
    if not 0 <= value < LATEST_STAMP:
        raise ValueError(f"{name} is not a time in seconds: {row[name]}")
    return EPOCH + timedelta(seconds=int(value))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
