"""How much of each budget is used, when it is free again, and which circuits are not closed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from extract.budgets import circuits, counting
from extract.budgets.budget import ledger_of
from extract.budgets.ledger import Ledger
from extract.budgets.store import Store, moment, seconds_now
from warehouse.settings import Settings

NO_CALLS = "file_drop"


@dataclass(frozen=True)
class State:
    """Closed, open until some moment, or half-open after it until one call was answered."""

    name: str = "closed"
    since_at: datetime | None = None
    until_at: datetime | None = None
    why: str = ""


@dataclass(frozen=True)
class Usage:
    """One window of one provider; `free_at` is None when a call may be made now."""

    provider: str
    plan: str
    host: str
    window: str
    used: int
    allowed: int | None
    free_at: datetime | None
    waiting: int
    circuit: State


def usage(settings: Settings) -> list[Usage]:
    """All providers that are switched on, asked yet or not."""
    store = Store(settings.budgets_file)
    names = [one for one in type(settings.providers).model_fields if one != NO_CALLS]
    asked = [name for name in names if settings.provider(name).enabled]

    def work(db: sqlite3.Connection) -> list[Usage]:
        return [line for name in asked for line in _of(db, settings, store, name)]

    return store.write(work)


def _of(db: sqlite3.Connection, settings: Settings, store: Store, provider: str) -> Iterator[Usage]:
    now = seconds_now()
    ledger = ledger_of(store, provider, settings.provider(provider), settings.key(provider))
    if settings.folder.origin == "sandbox":
        ledger = _newest(db, ledger)
    asked = ledger.plan.provider, ledger.plan.name, ledger.host
    (waiting,) = db.execute(
        "select count(*) from waiting where scope = ?", [ledger.scope]
    ).fetchone()
    state = _state(db, ledger.scope, now)
    for window in ledger.plan.windows:
        free_at = counting.free_at(db, ledger.scope, window, 1, True, now)
        used = counting.used(db, ledger.scope, window, now)
        free = moment(free_at) if free_at > now else None
        yield Usage(*asked, window.name, used, window.allowed, free, waiting, state)
    if not ledger.plan.windows:
        yield Usage(*asked, "none", 0, None, None, waiting, state)


def _state(db: sqlite3.Connection, scope: str, now: float) -> State:
    circuit = circuits.read(db, scope)
    if circuit is None:
        return State()
    since_at, until_at = moment(circuit.since_at), moment(circuit.until_at)
    return State(circuit.state(now), since_at, until_at, f"{circuit.outcome}: {circuit.detail}")


def _newest(db: sqlite3.Connection, ledger: Ledger) -> Ledger:
    """A sandbox's own exchange has another address in each run: the last one counts."""
    row = db.execute(
        "select scope, host from scopes where provider = ? order by last_at desc limit 1",
        [ledger.plan.provider],
    ).fetchone()
    return Ledger(ledger.store, ledger.plan, *row) if row else ledger
