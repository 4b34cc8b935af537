"""The limits of a free key, counted in real time: a call a second and 25 a day."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

from sandbox.alpha_vantage import words
from warehouse import clock

DAY = 86_400.0
A_DAY = 25


class CallCounter:
    """Refused calls count as well, as they are believed to."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = defaultdict(deque)

    def refusal(self, key: str) -> dict[str, Any] | None:
        now, calls = clock.monotonic(), self._calls[key]
        while calls and calls[0] <= now - DAY:
            calls.popleft()
        too_soon = bool(calls) and now - calls[-1] < 1
        calls.append(now)
        if len(calls) > A_DAY:
            return words.day_is_used_up(key)
        return words.TOO_SOON if too_soon else None
