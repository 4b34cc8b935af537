"""The weight that a provider says is used, believed over the ledger's own count."""

from __future__ import annotations

import sqlite3


def believe(
    db: sqlite3.Connection, scope: str, call: int, used: int, seconds: float, now: float
) -> None:
    """More than we know of is added; less means that the provider began a new window.

    Answers overtake each other. What overlapped with the call may or may not be part of the
    figure, so it is counted on top; and the figure of a call that began before the newest window
    was seen may speak of the window before.
    """
    reserved_at, weight = db.execute(
        "select reserved_at, weight from calls where id = ?", [call]
    ).fetchone()
    (new_window_at,) = db.execute(
        "select new_window_at from scopes where scope = ?", [scope]
    ).fetchone()
    if new_window_at is not None and reserved_at < new_window_at <= now:
        return
    own, beside = db.execute(
        "select coalesce(sum(weight), 0), "
        "coalesce(sum(weight) filter (where ends_at >= ? and id <> ?), 0) "
        "from calls where scope = ? and ends_at > ?",
        [reserved_at, call, scope, now - seconds],
    ).fetchone()
    if used + beside < own:
        db.execute(
            "update calls set weight = 0 where scope = ? and ends_at < ? and id <> ?",
            [scope, reserved_at, call],
        )
        db.execute("update scopes set new_window_at = ? where scope = ?", [reserved_at, scope])
        _foreign(db, scope, used - weight, now)
    else:
        _foreign(db, scope, used - own, now)


def _foreign(db: sqlite3.Connection, scope: str, weight: int, now: float) -> None:
    """Weight that others behind the same address or key have used."""
    if weight > 0:
        db.execute(
            "insert into calls (scope, calls, weight, reserved_at, ends_at, ended) "
            "values (?, 0, ?, ?, ?, 1)",
            [scope, weight, now, now],
        )
