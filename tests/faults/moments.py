"""When to kill: drawn from a seed, spread over the whole run and crowded round its step borders."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from warehouse import runs
from warehouse.folder import DataFolder

START_UP = 0.3
NEAR = 0.25


@dataclass(frozen=True)
class Timeline:
    """How long an undisturbed run took, and when after its start each step began or ended."""

    seconds: float
    borders: tuple[float, ...]

    @classmethod
    def of(cls, folder: DataFolder, started_at: datetime, seconds: float) -> Timeline:
        last = runs.run_ids(folder)[-1]
        borders = [
            (instant - started_at).total_seconds()
            for step in runs.steps(folder, last)
            for instant in (step.started_at, step.ended_at)
            if instant is not None
        ]
        return cls(seconds, tuple(borders))

    def moment(self, draw: random.Random) -> float:
        """A third anywhere, a third near a border, a third before the build, which is longest."""
        kind = draw.randrange(3)
        if kind == 0 or not self.borders:
            return draw.uniform(START_UP, self.seconds)
        if kind == 1:
            return max(START_UP, draw.choice(self.borders) + draw.uniform(-NEAR, NEAR))
        return draw.uniform(START_UP, self.borders[min(6, len(self.borders) - 1)])
