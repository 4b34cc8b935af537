"""The limits of a free key, counted in real time: a call a second and 25 a day."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sandbox.alpha_vantage import words
from sandbox.gates import Gate

SECOND, DAY = 1.0, 86_400.0
A_DAY = 25


class CallCounter:
    """Refused calls count as well, as they are believed to."""

    def __init__(self) -> None:
        self._gates: defaultdict[str, Gate] = defaultdict(
            lambda: Gate(lambda: {SECOND: 1, DAY: A_DAY})
        )

    def refusal(self, key: str) -> dict[str, Any] | None:
        gate = self._gates[key]
        if gate.refusal() is None:
            return None
        return words.day_is_used_up(key) if gate.used(DAY) > A_DAY else words.TOO_SOON
