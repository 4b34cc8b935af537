"""What is asked of whom in the proof: plans, doors that count and ban, and when work waits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extract.budgets.plans import Window, plan_of
from sandbox import Exchange
from sandbox.answers import Answer, Call, Row
from sandbox.gates import Gate
from warehouse.provider_settings import ProviderSettings

DAY = 86_400
MINUTE = 60
# Binance's weights go by what is asked for, and it weighs what it refuses for other reasons too.
BY_WEIGHT = {
    2: "api/v3/klines?symbol=NONE&interval=1m",
    25: "api/v3/trades?symbol=NONE",
    50: "api/v3/depth?symbol=NONE&limit=1000",
    250: "api/v3/depth?symbol=NONE&limit=5000",
}

Stretch = tuple[float, float]


@dataclass(frozen=True)
class Task:
    """One provider's work: in each stretch there is more of it than the budget allows."""

    name: str
    provider: str
    stretches: tuple[Stretch, ...]
    door: Mapping[float, int]
    settings: Mapping[str, Any] = field(default_factory=dict)
    paths: Mapping[int, str] = field(default_factory=lambda: {1: "any"})

    def settings_at(self, url: str) -> ProviderSettings:
        return ProviderSettings(base_url=f"{url}/{self.name}", **self.settings)

    @property
    def allowed(self) -> float:
        """The most that the plan lets through while work waits."""
        plan = plan_of(self.provider, self.settings_at("http://127.0.0.1"))
        return min(self._within(window) for window in plan.windows)

    def _within(self, window: Window) -> float:
        if window.seconds == DAY:
            return window.allowed
        seconds = sum(end - start for start, end in self.stretches)
        return window.allowed * seconds / window.seconds

    @property
    def by_weight(self) -> bool:
        return len(self.paths) > 1


def tasks(day: float) -> list[Task]:
    """Everybody's budget is asked for at once, some all day long, some in bursts."""

    def bursts(count: int, minutes: float) -> tuple[Stretch, ...]:
        length = min(minutes * MINUTE, day)
        every = day / count
        starts = [n * every for n in range(count)] if every > length else [0.0]
        return tuple((start, start + length) for start in starts)

    whole = ((0.0, day),)
    return [
        Task("yahoo", "yahoo", bursts(6, 15), {MINUTE: 60}),
        Task(
            "binance",
            "binance",
            bursts(8, 8),
            {},
            {"weight_per_minute": 6000},
            BY_WEIGHT,
        ),
        Task("massive", "massive", whole, {MINUTE: 5}),
        Task("fmp", "fmp", whole, {DAY: 250}),
        Task("fmp_starter", "fmp", bursts(3, 6), {MINUTE: 300}, {"plan": "starter"}),
        Task("alpha_vantage", "alpha_vantage", whole, {1: 1, DAY: 25}),
    ]


class Door:
    """Counts and refuses as a provider does, bans who goes on, and answers nothing else."""

    def __init__(self, name: str, allowed: Mapping[float, int]) -> None:
        self.name = name
        self.gate = Gate(lambda: allowed, patience=3, ban_seconds=lambda: 150.0)

    def answer(self, call: Call) -> Answer:
        refused = self.gate.refusal()
        if refused is None:
            return Answer({})
        return Answer({}, status=418 if refused.banned else 429)

    def symbol_of(self, call: Call) -> str:
        return ""

    def rows(self, payload: Any) -> list[Row] | None:
        return None

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        return payload


def open_doors(exchange: Exchange, asked: Sequence[Task]) -> dict[str, Gate]:
    """Binance has its own door in the sandbox; the others get one that is as strict as they are."""
    gates = {}
    for task in asked:
        if task.door:
            door = Door(task.name, task.door)
            exchange.dialects[task.name] = door
            gates[task.name] = door.gate
        else:
            dialect: Any = exchange.dialects[task.name]
            gates[task.name] = dialect.weights.gate
    return gates
