"""What the shared suite asks of each provider: one module each, with `case(exchange, root)`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from types import ModuleType

from extract.work import WorkItem

# The week in which New York changes its clocks.
WEEK = [datetime(2026, 3, day) for day in (5, 6, 9, 10)]


@dataclass
class Case:
    """One provider with something good and something unknown to ask it for."""

    provider: str
    base_url: str
    items: list[WorkItem]
    bad: WorkItem
    bars_table: str
    stamp: str
    # A part of the path of its bars, which faults are put on.
    path: str = ""
    key: str | None = None

    @property
    def module(self) -> ModuleType:
        return import_module(f"extract.{self.provider}")
