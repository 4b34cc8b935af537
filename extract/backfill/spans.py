"""What a backfill came to: its units, what is landed already, and what nobody gives and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from extract.work import WorkItem
from warehouse.provider_settings import KEY_NAMES

SHOWN = 8


@dataclass(frozen=True)
class LeftOut:
    """Sessions next to each other that nobody who may be asked gives, with the keys that would."""

    symbol: str
    start: date
    end: date
    sessions: int
    keys: tuple[str, ...]
    # What those who may be asked do give of the interval.
    instead: str


@dataclass
class Planned:
    """Sessions are counted by instrument; those that had no bar yet are in no count."""

    interval: str
    items: list[WorkItem] = field(default_factory=list)
    sessions: int = 0
    landed: int = 0
    left_out: list[LeftOut] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def bars(self) -> list[WorkItem]:
        return [item for item in self.items if item.endpoint == "bars"]

    @property
    def out_of_reach(self) -> int:
        return sum(one.sessions for one in self.left_out)

    def lines(self) -> list[str]:
        """Everything a person should know before the first request, one line each."""
        said = list(self.notes)
        said += [f"left out: {line}" for line in left_out_lines(self.interval, self.left_out)]
        if not self.items and self.landed:
            count = self.sessions - self.out_of_reach
            rest = " that can be asked for" if self.out_of_reach else ""
            said.append(f"nothing to do: all {count:,} sessions{rest} are landed")
        elif not self.items and not self.left_out:
            said.append("nothing to do: no session of the span has closed bars")
        return said


def key_of(provider: str) -> str:
    """The variable that a provider's key is read from, with its other names."""
    return " or ".join(KEY_NAMES[provider])


def enumerated(words: Iterable[str]) -> str:
    every = list(words)
    shown = ", ".join(every[:SHOWN])
    return f"{shown} and {len(every) - SHOWN} more" if len(every) > SHOWN else shown


def left_out_lines(interval: str, parts: Iterable[LeftOut]) -> list[str]:
    """Symbols of which the same is missing for the same reason share a line."""
    alike: dict[tuple[date, date, tuple[str, ...], str], list[LeftOut]] = defaultdict(list)
    for one in parts:
        alike[one.start, one.end, one.keys, one.instead].append(one)
    return [
        f"{enumerated(one.symbol for one in same)} {interval} from {start} to {end} "
        f"({same[0].sessions:,} sessions): {wanting(keys)}; {instead}"
        for (start, end, keys, instead), same in alike.items()
    ]


def wanting(keys: tuple[str, ...]) -> str:
    if not keys:
        return "nobody who may be asked gives it"
    return f"needs {', or '.join(keys)}"
