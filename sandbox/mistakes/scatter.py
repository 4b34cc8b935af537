"""Spreads mistakes over instruments so that each can be told from the next."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import cycle

import numpy as np

from sandbox.listings import Listing
from sandbox.mistakes.book import Mistake
from sandbox.mistakes.kinds import KINDS, SEVERITIES
from sandbox.sessions import days_since_epoch, sessions_of
from sandbox.truth import INTERVALS, instant

HEAD_BARS = 70
TAIL_BARS = 10
APART = 10
LATE_DAYS = 30
Wanted = tuple[str, str]


def scatter(
    listings: Sequence[Listing],
    first: date,
    last: date,
    seed: int,
    per_kind_and_severity: int,
    interval: str = "1d",
    late_at: datetime | None = None,
) -> list[Mistake]:
    """So many of each kind that bars of this interval can have, at each severity.

    Of an instrument the first 70 bars and the last 10 are left alone, for a rule to learn from and
    for a move to be seen to return, and at least 10 good bars lie between two mistakes. A mistake
    of the whole answer has an instrument of its own. Late ones begin to show at `late_at`, a month
    after the last date unless told.
    """
    draw = random.Random(seed)
    late_at = late_at or datetime.combine(last + timedelta(days=LATE_DAYS), time())
    mistakes = []
    for listing, wanted in _dealt(listings, interval, per_kind_and_severity, draw):
        openings = _openings(listing, interval, first, last)
        for place, (kind, severity) in _placed(listing, wanted, len(openings), draw):
            active_at = late_at if KINDS[kind].late else None
            opened_at = openings[place]
            mistakes.append(Mistake(listing.symbol, interval, opened_at, kind, severity, active_at))
    return sorted(mistakes, key=lambda one: (one.symbol, one.opened_at))


def _dealt(
    listings: Sequence[Listing], interval: str, count: int, draw: random.Random
) -> list[tuple[Listing, list[Wanted]]]:
    kinds = [kind for kind in KINDS if interval in KINDS[kind].intervals]
    wanted = [(kind, severity) for kind in kinds for severity in SEVERITIES] * count
    draw.shuffle(wanted)
    alone = [one for one in wanted if KINDS[one[0]].whole_answer]
    order = draw.sample(list(listings), len(listings))
    if len(order) <= len(alone):
        raise ValueError(f"{len(alone)} mistakes want an instrument of their own")
    dealt: list[tuple[Listing, list[Wanted]]] = [
        (listing, [one]) for listing, one in zip(order, alone, strict=False)
    ]
    shared: list[tuple[Listing, list[Wanted]]] = [(one, []) for one in order[len(alone) :]]
    others = (one for one in wanted if not KINDS[one[0]].whole_answer)
    for one, (_, hand) in zip(others, cycle(shared), strict=False):
        hand.append(one)
    return dealt + shared


def _placed(
    listing: Listing, wanted: list[Wanted], bars: int, draw: random.Random
) -> list[tuple[int, Wanted]]:
    """Each with the number of its first bar; what room is left is shared out at random."""
    spans = [KINDS[kind].bars[SEVERITIES.index(severity)] + APART for kind, severity in wanted]
    slack = bars - HEAD_BARS - TAIL_BARS - sum(spans)
    if slack < 0:
        raise ValueError(f"{listing.symbol} has no room for {len(wanted)} mistakes in {bars} bars")
    cuts = sorted(draw.randint(0, slack) for _ in wanted)
    starts = [HEAD_BARS + cut + sum(spans[:at]) for at, cut in enumerate(cuts)]
    return list(zip(starts, wanted, strict=True))


def _openings(listing: Listing, interval: str, first: date, last: date) -> list[datetime]:
    sessions = sessions_of(listing)
    begin = max(days_since_epoch(first), days_since_epoch(listing.listed_on))
    place = slice(
        int(np.searchsorted(sessions.dates, begin)),
        int(np.searchsorted(sessions.dates, days_since_epoch(last), side="right")),
    )
    if interval == "1d":
        return [instant(int(minute) * 60) for minute in sessions.opens[place]]
    found: list[datetime] = []
    step = INTERVALS[interval]
    for index in range(place.start, place.stop):
        opens = int(sessions.opens[index])
        slots = np.unique((sessions.minutes(index) - opens) // step) * step + opens
        found += [instant(int(minute) * 60) for minute in slots]
    return found
