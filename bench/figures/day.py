"""A whole day of many instruments at one minute, fetched, checked and published in one run."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from bench.children import Figures
from bench.figures.world import world
from sandbox.listings import simulated

SESSION = date(2026, 3, 10)
# Everybody's bars of the session have settled.
MORNING = datetime(2026, 3, 11, 12, 0)
COMPLETE = f"""
    select
        sum(held) / sum(expected), sum(held), count(*) filter (where share < 1),
        (select count(*) from intraday_bars where interval = '1m' and symbol like 'SIM%')
    from completeness where symbol like 'SIM%' and session_date = '{SESSION}'
"""


def day(root: Path, instruments: int = 150) -> Figures:
    symbols = [one.symbol for one in simulated(instruments)]
    with world(root / "day", MORNING) as own:
        own.follow(symbols, SESSION)
        report = own.run(symbols)
        ((share, held, short, minutes),) = own.asked(COMPLETE)
    figures = {"instruments": float(instruments), "minutes": float(minutes), "held": float(held)}
    figures |= {"completeness": float(share), "short": float(short)}
    for step in report.steps:
        if step.ended_at:
            figures[f"{step.step}_seconds"] = (step.ended_at - step.started_at).total_seconds()
    return figures
