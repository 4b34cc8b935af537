"""The only reader of time, so that a sandbox folder and the tests can live at another hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


def system_now() -> datetime:
    """The machine's own clock as naive UTC, whatever clock the product lives by."""
    return datetime.now(UTC).replace(tzinfo=None)


def now() -> datetime:
    """The product's present as naive UTC."""
    return _source() if _source else system_now()


def use(source: Callable[[], datetime] | None) -> None:
    """Live by another clock (the sandbox exchange's); None goes back to the machine's."""
    global _source
    _source = source


def monotonic() -> float:
    return time.monotonic()


def sleep(seconds: float) -> None:
    if seconds > 0:
        time.sleep(seconds)
