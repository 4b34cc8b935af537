"""Bars of sessions under way, spread over the runs where a provider is to be asked little."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from extract.ledger.asked import Asked, Key
from extract.work import WorkItem
from warehouse import market_hours

if TYPE_CHECKING:
    from extract.plan import Planner

QUARTER = timedelta(minutes=15)


def spread(items: Sequence[WorkItem], planner: Planner) -> list[WorkItem]:
    """Those that waited longest first, so many in a quarter of an hour; the rest waits on.

    Nothing is lost by waiting: what is not asked for stays due, and once its session is over all
    of it is asked for at once. Hours are left until then where minutes, which make them up, come
    from the same provider. Who names symbols, or wants gaps repaired, waits for nothing.
    """
    if planner.choice.symbols or planner.choice.gaps_only:
        return list(items)
    asked, now = planner.asked, planner.now

    def limit_of(provider: str) -> int:
        return planner.settings.provider(provider).live_units

    calendars = {one.instrument_id: one.calendar for one in planner.instruments}
    opened = {name: _opened(name, now) for name in set(calendars.values())}
    minutes = {(one.provider, one.instrument_id) for one in items if one.interval == "1m"}
    running = [
        one
        for one in items
        if limit_of(one.provider)
        and one.endpoint == "bars"
        and one.instrument_id in calendars
        and (since := opened[calendars[one.instrument_id]]) is not None
        and one.start is not None
        and one.start >= since
    ]
    kept: set[WorkItem] = set()
    left = Counter({name: limit_of(name) for name in {one.provider for one in running}})
    left.subtract(_lately(asked, now))
    for one in sorted(running, key=lambda one: asked.answered_at.get(_key(one), datetime.min)):
        made_up = one.interval == "1h" and (one.provider, one.instrument_id) in minutes
        if left[one.provider] > 0 and not made_up:
            left[one.provider] -= 1
            kept.add(one)
    waiting = set(running) - kept
    return [one for one in items if one not in waiting]


def _opened(calendar: str, now: datetime) -> datetime | None:
    session = market_hours.current(calendar, now)
    return session.opens_at if session else None


def _lately(asked: Asked, now: datetime) -> Counter[str]:
    """How many windows of each provider were answered in the last quarter of an hour."""
    return Counter(
        key[0]
        for key, asks in asked.windows.items()
        for ask in asks
        if now - QUARTER < ask.at <= now
    )


def _key(item: WorkItem) -> Key:
    return (item.provider, item.endpoint, item.instrument_id, item.interval)
