"""The only reader of time, so that a sandbox folder and the tests can live at another hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

_source: Callable[[], datetime] | None = None


class Machine:
    """The machine's own time; a proof that lives through a day in minutes has another one."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


_machine = Machine()


def live_by(machine: Machine | None) -> None:
    """Waits, deadlines and windows by another machine's time; None goes back to this one's."""
    global _machine
    _machine = machine or Machine()


def system_now() -> datetime:
    """The machine's own clock as naive UTC, whatever clock the product lives by."""
    return _machine.now()


def file_time() -> float:
    """Seconds since 1970 by the machine, as the times that files have are."""
    return time.time()


def now() -> datetime:
    """The product's present as naive UTC."""
    return _source() if _source else system_now()


def use(source: Callable[[], datetime] | None) -> None:
    """Live by another clock (the sandbox exchange's); None goes back to the machine's."""
    global _source
    _source = source


def monotonic() -> float:
    return _machine.monotonic()


def sleep(seconds: float) -> None:
    if seconds > 0:
        _machine.sleep(seconds)
