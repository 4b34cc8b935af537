"""What dbt rendered of one table of series."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warehouse.series import kernel
from warehouse.series.columns import RUNNING

BEGINNING = datetime(1, 1, 1)
# A mean of more bars than these is looked up by itself.
NEAR = 100


@dataclass(frozen=True)
class Plan:
    """The SQL that reads bars, and what is computed from them; a bar takes `bar_days` at most."""

    table: str
    bars: str
    changed: str
    entered: list[dict[str, Any]]
    levels: list[list[dict[str, Any]]]
    stored: list[dict[str, str]]
    bar_days: float

    def bars_since(self, since: datetime) -> str:
        return self.bars.replace("{since}", f"timestamp '{since.isoformat(sep=' ')}'")

    @property
    def columns(self) -> str:
        return ", ".join(
            f"cast({one['source']} as {one['type']}) as {one['name']}" for one in self.stored
        )

    @property
    def sources(self) -> list[str]:
        return list(dict.fromkeys(one["source"] for one in self.stored))

    @property
    def carried(self) -> list[str]:
        """Columns that go on from what was stored of the bar before."""
        return [item["name"] for level in self.levels for item in level if RUNNING & item.keys()]

    @property
    def distant(self) -> list[dict[str, Any]]:
        """Long means that nothing else is computed from, for which alone one looks far back."""
        named = {name for level in self.levels for item in level for name in kernel.named_in(item)}
        return [
            item
            for item in self.levels[0]
            if "mean" in item and item["over"] > NEAR and item["name"] not in named
        ]

    @property
    def near(self) -> list[list[dict[str, Any]]]:
        distant = self.distant
        return [[item for item in level if item not in distant] for level in self.levels]

    @property
    def begun(self) -> int:
        """The bar by which all recursive averages have begun."""
        return max([1, *(int(item.get("start", 1)) for level in self.levels for item in level)])
