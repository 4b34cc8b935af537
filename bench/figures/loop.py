"""A loop of short cycles: which were missed, and how long an answer takes to reach readers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from bench.children import Figures
from bench.figures.world import World, world
from warehouse import clock

NOON = datetime(2026, 3, 11, 16, 0)
CYCLE = timedelta(seconds=30)
ANSWERED = """
    select requested_at + duration_ms * interval 1 millisecond, row_count
    from requests where run_id = {run_id} and row_count > 0 and outcome = 'ok'
"""


def loop(root: Path, cycles: int = 60) -> Figures:
    """The exchange's clock runs with the machine's, and leaps to the next cycle after each."""
    seconds: list[float] = []
    waits: list[float] = []
    weights: list[int] = []
    with world(root / "loop", NOON) as own:
        own.run()
        begins = own.exchange.now()
        missed = 0
        for _ in range(cycles):
            begins += CYCLE
            missed += own.exchange.now() > begins
            begins = max(begins, own.exchange.now())
            own.exchange.set_clock(begins)
            started = clock.monotonic()
            waited, weighed = _cycle(own)
            seconds.append(clock.monotonic() - started)
            waits += waited
            weights += weighed
    rows = np.repeat(waits, weights)
    return {
        "cycles": float(cycles),
        "missed": float(missed),
        "longest": max(seconds),
        "median": float(np.median(seconds)),
        "rows": float(len(rows)),
        **{f"p{share}": float(np.percentile(rows, share)) for share in (50, 95, 99)},
    }


def _cycle(own: World) -> tuple[list[float], list[int]]:
    """Of each call that brought rows: seconds until they could be read, and how many."""
    report = own.run()
    readable = own.exchange.now()
    found = own.asked(ANSWERED.format(run_id=report.run_id))
    return [(readable - at).total_seconds() for at, _ in found], [rows for _, rows in found]
