"""The units that a span of bars takes, from whoever is first in line for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from extract import universe
from extract.ledger.asked import Asked
from extract.ledger.sources import Sources
from extract.ledger.view import View
from extract.ledger.windows import INTERVALS, Due, closed_until, joined
from extract.plan import Choice
from extract.providers import module
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import clock, market_hours
from warehouse.errors import ConfigurationError, UsageError
from warehouse.settings import Settings

REASON = "backfill"
UNITS = {"minute": "m", "hour": "h", "day": "d"}
DAY = timedelta(days=1)


def interval_named(name: str, multiplier: int | None) -> str:
    """`5m`, or `minute` with a multiplier of 5."""
    unit = UNITS.get(name.removesuffix("s"))
    found = name if unit is None else f"{multiplier or 1}{unit}"
    if found not in INTERVALS:
        raise UsageError(f"no such interval: {found}", f"intervals are {', '.join(INTERVALS)}")
    return found


def span(
    days: int | None, start: datetime | None, end: datetime | None, today: date
) -> tuple[date, date]:
    """The first and the last session date."""
    if (days is None) == (start is None) or (days is not None and days < 1):
        raise UsageError("say how far back: --days or --start", "for instance --days 90")
    last = min(end.date() if end else today, today)
    first = start.date() if start else last - timedelta(days=days or 1)
    if first > last:
        raise UsageError(f"the span begins on {first}, after its end on {last}")
    return first, last


def units(
    settings: Settings,
    symbols: Sequence[str],
    interval: str,
    start: date,
    end: date,
    sources: Sequence[str] = (),
) -> list[WorkItem]:
    """As if nothing of the span were held; `start` and `end` are session dates, both inclusive."""
    chosen = Choice(tuple(symbols)).instruments(universe.instruments(settings.folder))
    able = Sources(settings, sources)
    now = clock.now()
    found: list[WorkItem] = []
    for one in chosen:
        chain = able.chain(one, interval, "history", now.date())
        if not chain:
            raise ConfigurationError(
                f"nobody can be asked for {one.symbol} {interval}",
                "name a provider with --source, or set its key in .env",
            )
        view = View(chain[0], now, Asked())
        for low, high, reason in joined(_sessions(one, interval, start, end, now)):
            for begin, stop in module(chain[0]).chunks(interval, low, high, now):
                found.append(view.item(one, "bars", reason, interval, begin, stop))
    return found


def _sessions(
    instrument: Instrument, interval: str, start: date, end: date, now: datetime
) -> Iterator[Due]:
    since, until = (datetime.combine(day, time()) for day in (start - DAY, end + 2 * DAY))
    sessions = market_hours.sessions(instrument.calendar, since, min(until, now))
    for position, session in enumerate(sessions):
        closed = closed_until(session, interval, now)
        if start <= session.session_date <= end and closed > session.opens_at:
            yield Due(position, session, session.opens_at, closed, REASON)
