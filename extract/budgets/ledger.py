"""The ledger of one provider's budget: who may call next, and when."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeVar

from extract.budgets import belief, circuits, counting
from extract.budgets.circuits import Circuit
from extract.budgets.plans import DAY, Plan, Window
from extract.outcomes import FetchFailed, Outcome
from extract.work import WorkItem

# Who is waiting says when he will wake; if he is not back so long after, he is dead.
GRACE = 10.0
# Those who wake at one moment come one by one.
TURN = 0.02
LOOK_AGAIN = 1.0
REPAIR = frozenset({"gap", "conflict", "missing"})

T = TypeVar("T")


class Priority(IntEnum):
    """Lower goes first."""

    LIVE = 0
    REPAIR = 1
    BACKFILL = 2

    @classmethod
    def of(cls, item: WorkItem) -> Priority:
        if item.reason.startswith("backfill"):
            return cls.BACKFILL
        return cls.REPAIR if item.reason in REPAIR else cls.LIVE


@dataclass(frozen=True)
class Taken:
    """Go ahead: the call is counted already."""

    call: int
    reserved_at: float


@dataclass(frozen=True)
class Later:
    """Come back then."""

    at: float


@dataclass(frozen=True)
class Spent:
    """A day's window is full for longer than anybody wants to wait."""

    window: Window
    used: int
    at: float


@dataclass(frozen=True)
class Wish:
    """One call that somebody wants to make."""

    waiter: str
    since: float
    weight: int
    priority: Priority
    seconds: float
    patience: float
    # How long the process was busy since its last call, if it was not kept waiting.
    busy: float | None = None


class Writer(Protocol):
    def write(self, work: Callable[[sqlite3.Connection], T]) -> T: ...


class Ledger:
    """One scope: a provider at a host, with a key; all times are given by the caller."""

    def __init__(self, store: Writer, plan: Plan, scope: str, host: str) -> None:
        self.store = store
        self.plan = plan
        self.scope = scope
        self.host = host

    def ask(self, wish: Wish, now: float) -> Taken | Later | Spent | Circuit:
        """Counts the call if it may be made now; else says when to come back."""

        def work(db: sqlite3.Connection) -> Taken | Later | Spent | Circuit:
            answer = self._answer(db, wish, now)
            if isinstance(answer, Later):
                db.execute(
                    "insert or replace into waiting values (?, ?, ?, ?, ?)",
                    [wish.waiter, self.scope, wish.priority, wish.since, answer.at],
                )
            else:
                db.execute("delete from waiting where waiter = ?", [wish.waiter])
            return answer

        return self.store.write(work)

    def _answer(
        self, db: sqlite3.Connection, wish: Wish, now: float
    ) -> Taken | Later | Spent | Circuit:
        self._begin(db, now)
        circuit = circuits.read(db, self.scope)
        if circuit is not None:
            if circuit.is_open(now):
                return circuit if circuit.refuses else Later(circuit.until_at)
            if circuit.is_probed(now):
                return Later(now + LOOK_AGAIN)
        at = now
        for window in self.plan.windows:
            live = wish.priority is Priority.LIVE
            free_at = counting.free_at(db, self.scope, window, wish.weight, live, now)
            if window.seconds >= DAY and free_at - now > wish.patience:
                used = counting.used(db, self.scope, window, now)
                return Spent(window, max(used, window.open_to(live)), free_at)
            at = max(at, free_at)
        at = max(at, counting.paced_at(db, self.scope, self.plan, now))
        at = self._turn(db, wish, at, now)
        if at > now:
            return Later(at)
        if circuit is not None:
            circuits.probe(db, self.scope, now + wish.seconds)
        by = now + wish.seconds
        if wish.busy is not None:
            counting.learn(db, self.scope, wish.busy)
        call = counting.add(db, self.scope, self.plan, wish.weight, now, by)
        return Taken(call, now)

    def _begin(self, db: sqlite3.Connection, now: float) -> None:
        counting.forget(db, self.scope, self.plan, now)
        # Addresses of exchanges that are gone: a sandbox's port is another one in each run.
        for (old,) in db.execute(
            "select scope from scopes where last_at < ?", [now - 2 * DAY]
        ).fetchall():
            for table in ("calls", "circuits", "scopes"):
                db.execute(f"delete from {table} where scope = ?", [old])
        db.execute(
            "insert or ignore into scopes (scope, provider, host) values (?, ?, ?)",
            [self.scope, self.plan.provider, self.host],
        )
        db.execute("delete from waiting where wakes_at <= ?", [now - GRACE])

    def _turn(self, db: sqlite3.Connection, wish: Wish, at: float, now: float) -> float:
        """After those who wait already with the same priority or a higher one."""
        ahead, last = db.execute(
            "select count(*), max(wakes_at) from waiting where scope = ? and waiter <> ? "
            "and (priority, since, waiter) < (?, ?, ?)",
            [self.scope, wish.waiter, wish.priority, wish.since, wish.waiter],
        ).fetchone()
        if not ahead:
            return at
        return float(max(at + ahead * self.plan.pace_seconds, last + TURN, now + TURN))

    def leave(self, waiter: str) -> None:
        self.store.write(lambda db: db.execute("delete from waiting where waiter = ?", [waiter]))

    def ended(self, taken: Taken, now: float, used: int | None = None) -> None:
        """The provider answered, whatever it said; an answer after a refusal closes the circuit."""

        def work(db: sqlite3.Connection) -> None:
            self._end(db, taken, now, used)
            circuit = circuits.read(db, self.scope)
            if circuit is not None and taken.reserved_at >= circuit.until_at:
                circuits.close(db, self.scope)

        self.store.write(work)

    def refused(
        self,
        taken: Taken | None,
        failed: FetchFailed,
        wait: tuple[float, float],
        now: float,
        used: int | None = None,
    ) -> None:
        """Nobody calls until the provider's own moment, else for `wait`: the first and the most.

        One answer that did not come is no refusal, unless it was the probe of a circuit.
        """

        def work(db: sqlite3.Connection) -> None:
            circuit = circuits.read(db, self.scope)
            anew = circuit is None or taken is None or taken.reserved_at >= circuit.until_at
            if taken is not None:
                self._end(db, taken, now, used)
                if failed.outcome is Outcome.UNAVAILABLE and (circuit is None or not anew):
                    return
            first, most = wait
            seconds = failed.retry_after
            if seconds is None:
                seconds = most
                if taken is not None and failed.outcome is not Outcome.BLOCKED:
                    seconds = min(most, first * 2.0 ** (circuit.refusals if circuit else 0))
            refuses = seconds > most or failed.outcome is not Outcome.THROTTLED or taken is None
            circuits.trip(
                db, self.scope, failed.outcome, failed.detail, now + seconds, refuses, now, anew
            )

        self.store.write(work)

    def circuit(self) -> Circuit | None:
        return self.store.write(lambda db: circuits.read(db, self.scope))

    def _end(self, db: sqlite3.Connection, taken: Taken, now: float, used: int | None) -> None:
        db.execute("update calls set ends_at = ?, ended = 1 where id = ?", [now, taken.call])
        by_weight = next((one for one in self.plan.windows if one.by_weight), None)
        if used is not None and by_weight is not None:
            belief.believe(db, self.scope, taken.call, used, by_weight.seconds, now)
