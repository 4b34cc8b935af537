"""Stamps of Alpha Vantage: a date, or a wall clock's time without its zone."""

from __future__ import annotations

from datetime import datetime, timedelta

EPOCH = datetime(1970, 1, 1)


def epoch(stamp: str) -> int:
    return int((datetime.fromisoformat(stamp) - EPOCH).total_seconds())


def stamp_like(sample: str, seconds: int) -> str:
    """Written as the stamp beside it, unless the hour would be lost."""
    at = EPOCH + timedelta(seconds=seconds)
    daily = len(sample) == 10 and at.time() == EPOCH.time()
    return f"{at:%Y-%m-%d}" if daily else f"{at:%Y-%m-%d %H:%M:%S}"
