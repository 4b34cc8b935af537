"""When the next call may be made, worked out from the calls that the ledger holds."""

from __future__ import annotations

import sqlite3

from extract.budgets.plans import Plan, Window

# A stamp beyond this was written under another clock.
LONGEST_CALL = 3600.0
# A process that stood still is no measure, and neither is what was long ago.
LONGEST_CYCLE = 60.0
REMEMBERED = 400


def used(db: sqlite3.Connection, scope: str, window: Window, now: float) -> int:
    """What counts towards a window: calls that ended in it, or have not ended yet.

    A call arrives at the provider somewhere between its reservation and its end. Counted by its
    end, no window of the provider's can hold more calls than ours, wherever it begins.
    """
    column = "weight" if window.by_weight else "calls"
    (count,) = db.execute(
        f"select coalesce(sum({column}), 0) from calls where scope = ? and ends_at > ?",
        [scope, now - window.seconds],
    ).fetchone()
    return int(count)


def free_at(
    db: sqlite3.Connection, scope: str, window: Window, weight: int, live: bool, now: float
) -> float:
    """The first moment at which the window has room, as far as one can see now."""
    limit = window.open_to(live)
    need = used(db, scope, window, now) + min(window.cost(weight), limit) - limit
    at: float = now
    for (begun_anew_at,) in db.execute("select begun_anew_at from about"):
        at = max(at, float(begun_anew_at) + window.seconds)
    if need <= 0:
        return at
    column = "weight" if window.by_weight else "calls"
    for ends_at, ended, cost in db.execute(
        f"select ends_at, ended, {column} from calls where scope = ? and ends_at > ? "
        "order by ends_at",
        [scope, now - window.seconds],
    ):
        need -= cost
        if need <= 0:
            return max(at, float(ends_at if ended else now) + window.seconds)
    return at


def paced_at(db: sqlite3.Connection, scope: str, plan: Plan, now: float) -> float:
    """The first moment that keeps the distance to the last call and to the last batch."""
    last_at, in_batch = db.execute(
        "select last_at, in_batch from scopes where scope = ?", [scope]
    ).fetchone()
    if last_at is None or last_at > now + LONGEST_CALL:
        return now
    whole = plan.batch_calls and in_batch >= plan.batch_calls
    wait = max(plan.pace_seconds, plan.batch_pause_seconds) if whole else plan.pace_seconds
    return max(now, float(last_at) + wait)


def add(db: sqlite3.Connection, scope: str, plan: Plan, weight: int, now: float, by: float) -> int:
    """A call that is about to be made and ends `by` then, unless its process dies."""
    db.execute(
        "update scopes set in_batch = case when in_batch >= ? or last_at <= ? then 1 "
        "else in_batch + 1 end, last_at = ? where scope = ?",
        [plan.batch_calls, now - plan.batch_pause_seconds, now, scope],
    )
    added = db.execute(
        "insert into calls (scope, calls, weight, reserved_at, ends_at) values (?, 1, ?, ?, ?)",
        [scope, weight, now, by],
    )
    return int(added.lastrowid or 0)


def learn(db: sqlite3.Connection, scope: str, seconds: float) -> None:
    """How long a process needs from one call to its next when nothing keeps it waiting."""
    db.execute(
        "update scopes set cycle_seconds = (cycle_seconds + ?) * case when cycles < ? then 1 "
        "else 0.5 end, cycles = (cycles + 1) / case when cycles < ? then 1 else 2 end "
        "where scope = ?",
        [min(seconds, LONGEST_CYCLE), REMEMBERED, REMEMBERED, scope],
    )


def cycle(db: sqlite3.Connection, scope: str, provider: str) -> float | None:
    """The mean of those, here or else where the provider was asked last; nothing if nowhere."""
    row = db.execute(
        "select cycle_seconds / cycles from scopes where provider = ? and cycles > 0 "
        "order by scope = ? desc, last_at desc limit 1",
        [provider, scope],
    ).fetchone()
    return float(row[0]) if row else None


def forget(db: sqlite3.Connection, scope: str, plan: Plan, now: float) -> None:
    """Calls that no window reaches any more, and stamps of a clock that was wrong."""
    db.execute(
        "delete from calls where scope = ? and (ends_at <= ? or ends_at > ?)",
        [scope, now - plan.longest, now + LONGEST_CALL],
    )
