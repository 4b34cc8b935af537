"""Which run asks for which market now: runs that overlap never ask for the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from extract.plan import Choice
from warehouse.folder import DataFolder
from warehouse.lock import FileLock
from warehouse.market_hours import CALENDARS


@contextmanager
def claimed(
    folder: DataFolder, choice: Choice, run_id: int
) -> Iterator[tuple[Choice | None, list[str]]]:
    """What is left of a choice when others ask for the rest, and what is left to whom.

    Whoever names symbols waits for nobody and asks for them at once. The kernel frees the claims
    of a run that was killed.
    """
    if choice.symbols:
        yield choice, []
        return
    free, left = [], []
    with ExitStack() as claims:
        for calendar in choice.calendars or CALENDARS:
            path = folder.state / "asking" / f"{calendar.replace('/', '-')}.lock"
            lock = FileLock(path, f"run {run_id}")
            if lock.try_take():
                claims.callback(lock.release)
                free.append(calendar)
            else:
                left.append(f"{calendar} is left to {lock.holder()}, which asks for it now")
        own = replace(choice, calendars=tuple(free)) if left else choice
        yield (own if free else None), left
