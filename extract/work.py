"""One unit of asking: which provider is asked for what, over which window, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class WorkItem:
    """`start` is inclusive and `end` exclusive, both naive UTC and on the bar grid."""

    provider: str
    endpoint: str
    symbols: tuple[str, ...]
    reason: str
    instrument_id: int | None = None
    interval: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    exchange_timezone: str = "UTC"
    is_listed: bool = True

    @property
    def symbol(self) -> str:
        return ",".join(self.symbols)

    @property
    def name(self) -> str:
        """What logs and `raw.requests` call this unit."""
        parts = [self.provider, self.endpoint, self.symbol]
        if self.interval:
            parts.append(self.interval)
        if self.start and self.end:
            parts.append(f"{self.start:%Y%m%dT%H%M}-{self.end:%Y%m%dT%H%M}")
        return "/".join(parts)
