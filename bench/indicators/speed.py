"""Twelve indicators of five million bars by us and by others, read from one file and written back.

Others get the bars in order and write their columns beside the keys. What we store of the twelve
are ten columns; the view that people read derives the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import numpy as np

from bench.children import Figures, timed
from bench.indicators import market, peers
from bench.indicators.scratch import Scratch
from warehouse.series import store
from warehouse.series.plan import Plan

CORE = "{indicator_families: [averages, macd, rsi, bands]}"
MEASURED = "intermediate.int_daily_bars_measured"
LARGE_MB = 2000


def ours(root: Path) -> Figures:
    scratch = Scratch(peers.warehouse(root).parent)
    market.fill(scratch, market.SERIES, market.BARS)
    seconds = scratch.run(1, "--full-refresh", "--vars", CORE)
    return {"bars": market.SERIES * market.BARS, "seconds": seconds}


def all_families(root: Path) -> Figures:
    scratch = Scratch(peers.warehouse(root).parent, anew=False)
    return {"seconds": scratch.run(1, "--full-refresh")}


def large_market(root: Path) -> Figures:
    """Ten times the bars."""
    market.fill(Scratch(root / "large"), 10 * market.SERIES, market.BARS)
    return {"bars": 10 * market.SERIES * market.BARS}


def large_indicators(root: Path) -> Figures:
    """With a bound on what DuckDB keeps in memory: what it may keep, it does."""
    rebuild = store.rebuild

    def bounded(connection: Any, plan: Plan) -> None:
        connection.execute(f"set memory_limit = '{LARGE_MB}MB'")
        rebuild(connection, plan)

    scratch = Scratch(root / "large", anew=False)
    with mock.patch.object(store, "rebuild", bounded):
        seconds = scratch.run(1, "--full-refresh", "--vars", CORE)
    return {"seconds": seconds, "limit_mb": LARGE_MB}


def floor(root: Path) -> Figures:
    """Only to write again what we store."""
    with duckdb.connect(str(peers.warehouse(root))) as connection:
        return {
            "seconds": timed(lambda: connection.execute(f"create table again as from {MEASURED}"))
        }


def updates(root: Path) -> Figures:
    """One new bar of 500 series after one year and after twenty; the median of five."""
    scratch = Scratch(root / "updates")
    figures: Figures = {}
    for years in (1, 20):
        market.fill(scratch, 500, 252 * years)
        figures[f"rebuild_{years}"] = scratch.run(1, "--full-refresh")
        spent = []
        for known_seq in range(2, 8):
            market.add_session(scratch, known_seq)
            spent.append(scratch.run(known_seq))
        # The first after a rebuild finds nothing in memory.
        figures[f"update_{years}"] = float(np.median(spent[1:]))
    return figures


MEASURES = {
    "indicators": ours,
    **peers.MEASURES,
    "indicators_floor": floor,
    "indicators_all": all_families,
    "updates": updates,
}
# Measured when they are named: `python -m bench indicators large`.
BY_HAND = {"large_market": large_market, "large_indicators": large_indicators}
