"""What each plan of each provider allows: the table `plans.csv`, overridden by settings."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from warehouse.errors import ConfigurationError
from warehouse.provider_settings import ProviderSettings

TABLE = Path(__file__).with_name("plans.csv")
DAY = 86_400.0
SECONDS = {
    "calls_per_second": 1.0,
    "calls_per_minute": 60.0,
    "calls_per_five_minutes": 300.0,
    "calls_per_day": DAY,
    "weight_per_minute": 60.0,
}
PACES = ("pace_seconds", "batch_calls", "batch_pause_seconds")
# Of a day's calls so much is kept for live work: a day does not refill soon.
KEPT_FOR_LIVE = 0.04


@dataclass(frozen=True)
class Window:
    """So many calls, or so much weight, within so many seconds, wherever one begins to count."""

    name: str
    allowed: int

    @property
    def seconds(self) -> float:
        return SECONDS[self.name]

    @property
    def by_weight(self) -> bool:
        return self.name.startswith("weight")

    def cost(self, weight: int) -> int:
        return weight if self.by_weight else 1

    def open_to(self, live: bool) -> int:
        """A day's window keeps a few calls back from work that can wait."""
        if live or self.seconds < DAY:
            return self.allowed
        return max(1, self.allowed - max(1, round(self.allowed * KEPT_FOR_LIVE)))


@dataclass(frozen=True)
class Plan:
    """What one plan allows."""

    provider: str
    name: str
    windows: tuple[Window, ...]
    by_key: bool = False
    pace_seconds: float = 0.0
    batch_calls: int = 0
    batch_pause_seconds: float = 0.0

    @property
    def longest(self) -> float:
        return max((window.seconds for window in self.windows), default=0.0)


@cache
def table() -> dict[str, dict[str, dict[str, str]]]:
    """Rows by provider and plan, in the order of the file."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["provider"], {})[row["plan"]] = row
    return found


def plan_of(provider: str, settings: ProviderSettings) -> Plan:
    """The plan that the settings name, else the provider's first; single figures may differ."""
    plans = table().get(provider, {})
    name = settings.plan or next(iter(plans), "")
    if name not in plans:
        raise ConfigurationError(
            f"providers.{provider}.plan: no such plan: {name or 'none'}",
            f"plans of {provider} are: {', '.join(plans) or 'none'} (extract/budgets/plans.csv)",
        )
    figures = {key: float(plans[name][key] or 0) for key in (*SECONDS, *PACES)}
    for key in figures:
        chosen = getattr(settings, key)
        if chosen is not None:
            figures[key] = float(chosen)
    windows = tuple(Window(key, int(figures[key])) for key in SECONDS if figures[key])
    return Plan(
        provider,
        name,
        windows,
        plans[name]["counted_by"] == "key",
        figures["pace_seconds"],
        int(figures["batch_calls"]),
        figures["batch_pause_seconds"],
    )
