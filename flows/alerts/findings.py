"""What a rule finds, and what the rules look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import duckdb

from publish import open_market
from warehouse import clock
from warehouse.alert_settings import Level
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.settings import Settings

# More of one kind than this is counted, not listed.
LISTED = 10


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong now, or an event, which is told once and is never over.

    It is told again when its fingerprint changes; the title may hold figures that always do.
    """

    rule: str
    subject: str
    level: Level
    title: str
    lines: tuple[str, ...] = ()
    fingerprint: str = ""
    is_event: bool = False

    @property
    def key(self) -> str:
        return f"{self.rule}: {self.subject}"


class NothingPublished(TapehouseError):
    """A rule cannot be judged before there is a published copy."""


@dataclass
class View:
    """The folder at one moment; `marks` are how far each rule has told what happened."""

    settings: Settings
    marks: dict[str, int] = field(default_factory=dict)
    now: datetime = field(default_factory=clock.now)
    machine_now: datetime = field(default_factory=clock.system_now)

    @property
    def folder(self) -> DataFolder:
        return self.settings.folder

    @cached_property
    def market(self) -> duckdb.DuckDBPyConnection:
        if not self.folder.market.exists():
            raise NothingPublished("nothing is published yet")
        return open_market(self.folder.market).connection

    def close(self) -> None:
        if "market" in vars(self):
            self.market.close()


Judge = Callable[[View], list[Finding]]


def listed(lines: list[str]) -> tuple[str, ...]:
    """The first of them, and how many there are beside."""
    if len(lines) <= LISTED:
        return tuple(lines)
    return (*lines[:LISTED], f"... and {len(lines) - LISTED} more")
