"""A machine whose time passes only while somebody sleeps."""

from __future__ import annotations

from datetime import datetime, timedelta

from warehouse import clock

BEGIN = datetime(2026, 3, 11, 15, 0)


class SleepyMachine(clock.Machine):
    """Live by it with `clock.live_by`; `slept` are the waits in their order."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
