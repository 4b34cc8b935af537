"""A mistake, and the book of all that an exchange makes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

from sandbox.lapses import SAME_INTERVAL
from sandbox.listings import Listing
from sandbox.mistakes.kinds import KINDS, SEVERITIES, Kind


@dataclass(frozen=True, slots=True)
class Mistake:
    """`opened_at` is the first bar it spoils, in UTC; `active_at` is when it begins to show."""

    symbol: str
    interval: str
    opened_at: datetime
    kind: str
    severity: str
    active_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.severity not in SEVERITIES:
            raise ValueError(f"no such mistake: {self.severity} {self.kind}")
        if self.interval not in KINDS[self.kind].intervals:
            raise ValueError(f"{self.kind} is not a mistake of {self.interval} bars")

    @property
    def of(self) -> Kind:
        return KINDS[self.kind]

    @property
    def rule(self) -> str:
        """The quality rule that should catch it."""
        return self.of.rule

    @property
    def size(self) -> float:
        return self.of.sizes[SEVERITIES.index(self.severity)]

    @property
    def bars(self) -> int:
        return self.of.bars[SEVERITIES.index(self.severity)]

    @property
    def stamp(self) -> int:
        return int(self.opened_at.replace(tzinfo=UTC).timestamp())

    @property
    def sign(self) -> int:
        """Up or down, as good as at random and always the same."""
        return 1 if crc32(f"{self.symbol} {self.stamp} {self.kind}".encode()) % 2 else -1


class MistakeBook:
    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self._of: dict[str, list[Mistake]] = {}
        for mistake in mistakes:
            self._of.setdefault(mistake.symbol, []).append(mistake)

    def showing(self, listing: Listing, now: datetime) -> list[Mistake]:
        found = [mistake for name in listing.names for mistake in self._of.get(name, ())]
        return [one for one in found if one.active_at is None or one.active_at <= now]


def in_interval(mistakes: list[Mistake], interval: str) -> list[Mistake]:
    interval = SAME_INTERVAL.get(interval, interval)
    return [mistake for mistake in mistakes if mistake.interval == interval]
