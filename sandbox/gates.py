"""Counting at a provider's door: so much within each window, and a ban for who goes on knocking."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from warehouse import clock

Allowed = Callable[[], Mapping[float, int]]


@dataclass(frozen=True, slots=True)
class Refused:
    """How long the door stays shut for this caller."""

    seconds: float
    banned: bool = False


class Window:
    """What came within so many seconds; a fixed one begins anew with each of the clock's own."""

    def __init__(self, seconds: float, fixed: bool) -> None:
        self.seconds = seconds
        self.fixed = fixed
        self.used = 0
        self._came: deque[tuple[float, int]] = deque()

    def add(self, now: float, weight: int) -> None:
        since = now // self.seconds * self.seconds if self.fixed else now - self.seconds
        while self._came and (
            self._came[0][0] < since or (not self.fixed and self._came[0][0] <= since)
        ):
            self.used -= self._came.popleft()[1]
        self._came.append((now, weight))
        self.used += weight

    def left(self, now: float) -> float:
        """Until the window begins anew, or its oldest call falls out of it."""
        if self.fixed:
            return self.seconds - now % self.seconds
        return self._came[0][0] + self.seconds - now


class Gate:
    """Every call counts, refused ones too; `patience` refusals in a row, and the next is a ban.

    `allowed` says how much may come within how many seconds, at each call anew.
    """

    def __init__(
        self,
        allowed: Allowed,
        patience: int | None = None,
        ban_seconds: Callable[[], float] = lambda: 0.0,
        fixed: bool = False,
    ) -> None:
        self._allowed = allowed
        self._patience = math.inf if patience is None else patience
        self._ban_seconds = ban_seconds
        self._fixed = fixed
        self._windows: dict[float, Window] = {}
        self._refused = 0
        self._banned_until = 0.0
        self.calls = self.weight = self.refusals = self.bans = 0

    def used(self, seconds: float) -> int:
        window = self._windows.get(seconds)
        return window.used if window else 0

    def refusal(self, weight: int = 1, enforced: bool = True) -> Refused | None:
        """Nothing when the call may pass."""
        now, over = clock.monotonic(), 0.0
        for seconds, most in self._allowed().items():
            window = self._windows.setdefault(seconds, Window(seconds, self._fixed))
            window.add(now, weight)
            if window.used > most:
                over = max(over, window.left(now))
        self.calls, self.weight = self.calls + 1, self.weight + weight
        if not enforced:
            self._banned_until = 0.0
            return None
        if now < self._banned_until:
            return Refused(self._banned_until - now, banned=True)
        if not over:
            self._refused = 0
            return None
        self._refused, self.refusals = self._refused + 1, self.refusals + 1
        if self._refused > self._patience:
            self._refused, self.bans = 0, self.bans + 1
            self._banned_until = now + self._ban_seconds()
            return Refused(self._ban_seconds(), banned=True)
        return Refused(over)
