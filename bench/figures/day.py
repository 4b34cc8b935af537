"""A whole day of many instruments at one minute, fetched, checked and published in one run."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

from bench.children import Figures
from bench.compaction import sizes
from bench.figures.world import World, world
from extract.plan import Choice
from flows.tidying import keep_tidy
from sandbox.listings import simulated

SESSION = date(2026, 3, 10)
# Everybody's bars of the session have settled; the next morning is one session later.
MORNING = datetime(2026, 3, 11, 12, 0)
DAY = timedelta(days=1)
COMPLETE = """
    select
        sum(held) / sum(expected), sum(held), count(*) filter (where share < 1),
        (select count(*) from intraday_bars where interval = '1m' and symbol like 'SIM%')
    from completeness where symbol like 'SIM%' and session_date = '{session}'
"""


def day(root: Path, instruments: int = 150) -> Figures:
    """The second of two days, so that what is on disk once is not counted for a day."""
    choice = Choice(tuple(one.symbol for one in simulated(instruments)))
    with world(root / "day", MORNING) as own:
        own.follow(choice.symbols, SESSION)
        own.run(choice)
        ((_, _, _, minutes_before),) = own.asked(COMPLETE.format(session=SESSION))
        first = _compacted(own, MORNING + DAY)
        report = own.run(choice)
        ((share, held, short, minutes),) = own.asked(COMPLETE.format(session=SESSION + DAY))
        second = sizes(own.settings.folder)
        third = _compacted(own, MORNING + 2 * DAY)
    figures = {
        "instruments": float(instruments),
        "minutes": float(minutes - minutes_before),
        "held": float(held),
        "completeness": float(share),
        "short": float(short),
    }
    for name, size in second.items():
        figures[f"{name}_bytes"] = (size - first[name]) / instruments
        figures[f"{name}_compacted_bytes"] = (third[name] - first[name]) / instruments
    for step in report.steps:
        if step.ended_at:
            figures[f"{step.step}_seconds"] = (step.ended_at - step.started_at).total_seconds()
    return figures


def _compacted(own: World, at: datetime) -> Figures:
    """Landing of the days before that instant compacted, and what the folder weighs then."""
    own.exchange.set_clock(at)
    keep_tidy(own.settings, steps=("compact",), before=at.date())
    return sizes(own.settings.folder)
