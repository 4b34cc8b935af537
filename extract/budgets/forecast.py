"""What a work list costs and when it ends: the ledger's own rules, played forward in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from extract.budgets import counting
from extract.budgets.budget import ledger_of
from extract.budgets.circuits import Circuit
from extract.budgets.ledger import Later, Ledger, Priority, Spent, Taken, Wish
from extract.budgets.store import Store, moment, seconds_now, transaction
from extract.providers import module
from extract.work import WorkItem
from warehouse.settings import Settings

# Until a provider was asked from this machine: from one call to the next.
USUAL_CYCLE = 0.3
# What comes after so many calls goes on at their rate.
MOST_PLAYED = 20_000

T = TypeVar("T")


@dataclass(frozen=True)
class Forecast:
    """One provider's part; `ends_at` is by the machine's clock."""

    provider: str
    plan: str
    units: int
    requests: int
    weight: int
    seconds: float
    ends_at: datetime
    # The day's budget that ends a run before the list is through, if one does.
    spent: str | None = None


class Replica:
    """A copy of the ledger that nobody else sees."""

    def __init__(self, store: Store) -> None:
        self._db = store.copy()
        self._db.execute("delete from waiting")

    def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with transaction(self._db) as db:
            return work(db)


def forecast(
    settings: Settings, items: Sequence[WorkItem], now: float | None = None
) -> list[Forecast]:
    """Provider by provider, as one process asks; a spent day holds nobody else up."""
    begins = seconds_now() if now is None else now
    replica = Replica(Store(settings.budgets_file))
    found, at = [], begins
    for provider, group in groupby(sorted(items, key=provider_of), key=provider_of):
        own = list(group)
        weights = [weight for item in own for weight in weights_of(item)]
        asked = settings.provider(provider)
        ledger = ledger_of(replica, provider, asked, settings.key(provider))
        play = Play(ledger, asked.timeout_seconds, Priority.of(own[0]), at)
        ends = play.through(weights)
        spent = f"{play.spent.used} of {play.spent.window.allowed} a day" if play.spent else None
        found.append(
            Forecast(
                provider,
                ledger.plan.name,
                len(own),
                len(weights),
                sum(weights),
                ends - begins,
                moment(ends),
                spent,
            )
        )
        at = play.spent_at or ends
    return found


def provider_of(item: WorkItem) -> str:
    return item.provider


def weights_of(item: WorkItem) -> Iterator[int]:
    """The calls of a unit; a package whose units take several, or weigh more, says so."""
    known = getattr(module(item.provider), "weights", None)
    yield from known(item) if known else (1,)


class Play:
    """One process that makes call after call."""

    def __init__(self, ledger: Ledger, seconds: float, priority: Priority, at: float) -> None:
        self.ledger = ledger
        self.seconds = seconds
        self.priority = priority
        self.began = self.at = at
        self.spent: Spent | None = None
        self.spent_at: float | None = None
        cycle = ledger.store.write(
            lambda db: counting.cycle(db, ledger.scope, ledger.plan.provider)
        )
        self.cycle = USUAL_CYCLE if cycle is None else cycle

    def through(self, weights: Sequence[int]) -> float:
        """When the last of them has been answered."""
        for weight in weights[:MOST_PLAYED]:
            self._call(weight)
        left = len(weights) - MOST_PLAYED
        if left > 0:
            self.at += left * (self.at - self.began) / MOST_PLAYED
        return self.at

    def _call(self, weight: int) -> None:
        while True:
            wish = Wish("forecast", self.at, weight, self.priority, self.seconds, 0.0)
            match self.ledger.ask(wish, self.at):
                case Taken() as taken:
                    self.at += self.cycle
                    self.ledger.ended(taken, self.at)
                    return
                case Later(at):
                    self.at = at
                case Circuit() as circuit:
                    self.at = circuit.until_at
                case Spent() as spent:
                    self.spent, self.spent_at = self.spent or spent, self.spent_at or self.at
                    self.at = spent.at
