"""Circuits: a refusal seen by one process keeps every process away until it ends."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from extract.outcomes import Outcome

# A probe whose process died keeps the others away no longer than this beyond its deadline.
PROBE_GRACE = 5.0
COLUMNS = "outcome, detail, since_at, until_at, refuses, refusals, probe_until_at"


@dataclass(frozen=True)
class Circuit:
    """A circuit that is not closed; once `until_at` has passed one probe may go through.

    With `refuses` units end at once; without, calls wait for the end, which is near.
    """

    outcome: Outcome
    detail: str
    since_at: float
    until_at: float
    refuses: bool
    refusals: int
    probe_until_at: float | None

    def is_open(self, now: float) -> bool:
        return now < self.until_at

    def is_probed(self, now: float) -> bool:
        return self.probe_until_at is not None and now < self.probe_until_at

    def state(self, now: float) -> str:
        return "open" if self.is_open(now) else "half-open"


def read(db: sqlite3.Connection, scope: str) -> Circuit | None:
    """Nothing while the circuit is closed."""
    row = db.execute(f"select {COLUMNS} from circuits where scope = ?", [scope]).fetchone()
    if row is None:
        return None
    outcome, detail, since_at, until_at, refuses, refusals, probe_until_at = row
    return Circuit(
        Outcome(outcome), detail, since_at, until_at, bool(refuses), refusals, probe_until_at
    )


def close(db: sqlite3.Connection, scope: str) -> None:
    db.execute("delete from circuits where scope = ?", [scope])


def probe(db: sqlite3.Connection, scope: str, by: float) -> None:
    db.execute("update circuits set probe_until_at = ? where scope = ?", [by + PROBE_GRACE, scope])


def trip(
    db: sqlite3.Connection,
    scope: str,
    outcome: Outcome,
    detail: str,
    until_at: float,
    refuses: bool,
    now: float,
    anew: bool = True,
) -> None:
    """Open it, or keep it open; `anew` tells a fresh refusal from one that was under way."""
    held = read(db, scope)
    since_at, refusals = now, 1
    if held is not None:
        since_at, refusals = held.since_at, held.refusals + anew
        until_at = until_at if anew else max(until_at, held.until_at)
        refuses = refuses or (held.refuses and not anew)
    db.execute(
        f"insert or replace into circuits (scope, {COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, null)",
        [scope, str(outcome), detail, since_at, until_at, refuses, refusals],
    )
