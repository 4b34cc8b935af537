"""Runs the processes against the exchange and sums up what its doors counted."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from bench.budgets.hours import DAY_BEGINS, Hours, Keeper
from bench.budgets.tasks import DAY, Task, open_doors, tasks
from bench.budgets.worker import process
from sandbox import Exchange
from sandbox.gates import Gate
from warehouse import clock

LEAST_SHARE = 0.95


@dataclass(frozen=True)
class Line:
    """What one provider saw of the day."""

    name: str
    calls: int
    weight: int
    by_weight: bool
    allowed: float
    refusals: int
    bans: int

    @property
    def used(self) -> int:
        return self.weight if self.by_weight else self.calls

    @property
    def share(self) -> float:
        return self.used / self.allowed

    def __str__(self) -> str:
        what = "weight" if self.by_weight else "calls"
        return (
            f"{self.name:14} {self.calls:6,} calls  "
            f"{self.used:9,} of {self.allowed:9,.0f} {what:6} used while work waited  "
            f"{self.share:6.1%}  {self.refusals} refused  {self.bans} bans"
        )


@dataclass(frozen=True)
class Verdict:
    processes: int
    seconds: float
    lines: Sequence[Line]

    @property
    def passed(self) -> bool:
        return all(one.share >= LEAST_SHARE and not one.bans for one in self.lines)

    def __str__(self) -> str:
        least = min(self.lines, key=lambda line: line.share)
        return (
            f"budgets: {'ok' if self.passed else 'short'}: {self.processes} processes, "
            f"{self.seconds / 3600:g} simulated hours, {sum(one.calls for one in self.lines):,} "
            f"calls, {sum(one.bans for one in self.lines)} bans, "
            f"{sum(one.refusals for one in self.lines)} refused, "
            f"least used share {least.share:.1%} ({least.name})"
        )


def prove(
    processes: int = 6, seconds: float = DAY, only: Sequence[str] = (), apart: bool = False
) -> Verdict:
    """With `apart` each process counts for itself, which is what the doors are there to notice."""
    asked = [one for one in tasks(seconds) if not only or one.name in only]
    context = get_context("spawn")
    keeper = Keeper(context, processes * len(asked))
    clock.live_by(Hours(keeper.seconds))
    try:
        with tempfile.TemporaryDirectory(prefix="tapehouse-budgets-") as root:
            exchange = Exchange(now=DAY_BEGINS)
            gates = open_doors(exchange, asked)
            with exchange:
                children = [
                    context.Process(
                        target=process,
                        args=(
                            number,
                            keeper.seconds,
                            keeper.lines[number * len(asked) : (number + 1) * len(asked)],
                            asked,
                            exchange.url,
                            Path(root) / str(number) if apart else Path(root),
                        ),
                    )
                    for number in range(processes)
                ]
                for child in children:
                    child.start()
                keeper.hand_over()
                keeper.keep()
                for child in children:
                    child.join()
    finally:
        clock.live_by(None)
    return Verdict(processes, seconds, [line_of(one, gates[one.name]) for one in asked])


def line_of(task: Task, gate: Gate) -> Line:
    return Line(
        task.name,
        gate.calls,
        gate.weight,
        task.by_weight,
        task.allowed,
        gate.refusals,
        gate.bans,
    )
