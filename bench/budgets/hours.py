"""Hours that many processes share, and that pass only while all of them sleep.

Calls take no time but what is slept, so a day ends as soon as its calls are made, and how busy the
machine is changes nothing. Those who wake at one moment do run at once, and race for real.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from ctypes import c_double
from datetime import datetime, timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext
from typing import Any

from warehouse import clock

DAY_BEGINS = datetime(2026, 3, 11)


class Hours(clock.Machine):
    """One process's view; each of its threads that sleeps has a line to the keeper of the time."""

    def __init__(self, seconds: Any) -> None:
        self._seconds = seconds
        self._own = threading.local()

    def sleeper(self, line: Connection) -> None:
        """The calling thread is one that the time waits for."""
        self._own.line = line

    def now(self) -> datetime:
        return DAY_BEGINS + timedelta(seconds=self._seconds.value)

    def monotonic(self) -> float:
        return float(self._seconds.value)

    def sleep(self, seconds: float) -> None:
        self._own.line.send(self._seconds.value + seconds)
        self._own.line.recv()

    def leave(self) -> None:
        self._own.line.send(None)


class Keeper:
    """Moves the time on to the next moment at which somebody wakes, once nobody is awake."""

    def __init__(self, context: SpawnContext, sleepers: int) -> None:
        self.seconds = context.RawValue(c_double, 0.0)
        pairs = [context.Pipe() for _ in range(sleepers)]
        self._lines = [own for own, _ in pairs]
        self.lines: Sequence[Connection] = [theirs for _, theirs in pairs]

    def hand_over(self) -> None:
        """The children hold their ends; ours would keep a line of a dead child open."""
        for line in self.lines:
            line.close()

    def keep(self) -> None:
        """Until all have left; a line that breaks is one that left."""
        awake, asleep = set(self._lines), dict[Connection, float]()
        while awake or asleep:
            for line in wait(awake) if awake else ():
                assert isinstance(line, Connection)
                awake.discard(line)
                try:
                    until = line.recv()
                except EOFError:
                    continue
                if until is not None:
                    asleep[line] = until
            if not awake and asleep:
                self.seconds.value = max(self.seconds.value, min(asleep.values()))
                for line in [one for one, at in asleep.items() if at <= self.seconds.value]:
                    del asleep[line]
                    awake.add(line)
                    line.send(True)
