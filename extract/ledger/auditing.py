"""The nightly audit: a few windows that are final, drawn by lot and asked for once more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from hashlib import sha256
from typing import TYPE_CHECKING

from extract.ledger.asked import Key
from extract.ledger.view import View
from extract.providers import module
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import market_hours
from warehouse.market_hours import Session

if TYPE_CHECKING:
    from extract.plan import Planner, Serving

REASON = "audit"
WINDOWS = 20
Drawn = tuple[Instrument, "Serving", Session]


def sample(
    planner: Planner,
    served: Iterable[tuple[Instrument, Iterable[Serving]]],
    views: Mapping[str, View],
) -> Iterator[WorkItem]:
    """The same windows all day, so that a second run of the night asks for none of them again.

    What comes back other than it is held shows in `restatements`, like any re-read.
    """
    midnight = datetime.combine(planner.today, time())
    left = WINDOWS
    for instrument, serving, session in sorted(
        _candidates(planner, served), key=lambda drawn: _lot(planner, *drawn)
    ):
        key: Key = (serving.provider, "bars", instrument.instrument_id, serving.interval)
        span = session.opens_at, session.closes_at
        settle = planner.rules[serving.provider].settle(serving.interval)
        # What nobody answered for, or too early, is the plan's own work.
        if planner.asked.uncovered(key, *span, settle):
            continue
        if planner.asked.last_asked(key, *span) < midnight:
            for start, end in module(serving.provider).chunks(serving.interval, *span, planner.now):
                view = views[serving.provider]
                yield view.item(instrument, "bars", REASON, serving.interval, start, end)
        left -= 1
        if not left:
            return


def _candidates(
    planner: Planner, served: Iterable[tuple[Instrument, Iterable[Serving]]]
) -> Iterator[Drawn]:
    for instrument, own in served:
        for serving in own:
            if serving.checks:
                continue
            since, until = planner.allowed(serving.provider)
            since = max(since, planner.now - serving.back)
            for session in market_hours.sessions(instrument.calendar, since, until):
                if since <= session.opens_at and session.closes_at <= until:
                    yield instrument, serving, session


def _lot(planner: Planner, instrument: Instrument, serving: Serving, session: Session) -> bytes:
    drawn = f"{planner.today} {instrument.instrument_id} {serving} {session.session_date}"
    return sha256(drawn.encode()).digest()
