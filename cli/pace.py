"""Drawing a long fetch: how far it is, how fast it goes and when it will be done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from rich.progress import ProgressColumn, Task
from rich.text import Text

from cli.watch import Screen, console
from warehouse import clock

FETCHING = "extract"
# Where there is no terminal, a line comes no sooner than this after the one before.
SECONDS_BETWEEN_LINES = 5.0


class Pace(ProgressColumn):
    """What is said beside the bar."""

    def __init__(self, say: Callable[[], str]) -> None:
        super().__init__()
        self._say = say

    def render(self, task: Task) -> Text:
        if task.description == FETCHING:
            return Text(self._say())
        return Text(str(timedelta(seconds=int(task.elapsed or 0))))


class PaceScreen(Screen):
    """A bar with rows, rate and the time that is left; elsewhere a line now and then."""

    def __init__(self, budget: Callable[[], str] | None = None) -> None:
        super().__init__(Pace(self._said))
        self._budget = budget
        self._begin("", None)

    def _begin(self, name: str, total: int | None) -> None:
        self._name, self._total = name, total or 0
        self._units = self._rows = 0
        self._began = self._said_at = clock.monotonic()

    def step_started(self, name: str, total: int | None = None) -> None:
        super().step_started(name, total)
        self._begin(name, total)

    def moved(self, amount: int = 1, rows: int = 0) -> None:
        super().moved(amount, rows)
        self._units += amount
        self._rows += rows
        now = clock.monotonic()
        if self._name != FETCHING or console.is_terminal:
            return
        if now - self._said_at >= SECONDS_BETWEEN_LINES:
            self._said_at = now
            console.print(f"{self._name}  {self._units:,} of {self._total:,} units, {self._said()}")

    def _said(self) -> str:
        seconds = max(clock.monotonic() - self._began, 0.001)
        said = f"{self._rows:,} rows, {60 * self._units / seconds:,.0f} units/min"
        if self._units:
            left = timedelta(seconds=round(seconds / self._units * (self._total - self._units)))
            said += f", {left} left"
        return f"{said}, {self._budget()}" if self._budget else said
