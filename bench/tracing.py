"""Milliseconds that `explain` takes to walk random cells back, on the bars that `builds` made."""

from __future__ import annotations

import random
from pathlib import Path
from statistics import median

from bench.builds import built_folder
from bench.children import Figures
from publish import open_market
from publish.trace.explain import explain

CELLS = 50
SEED = 7
FIELDS = {
    "daily_bars": ("close", "volume", "close_raw", "close_total_return"),
    "intraday_bars": ("close", "high", "volume", "provider"),
    "technical_indicators": ("sma_20", "rsi_14", "macd_signal", "bb_position"),
    "latest_prices": ("price", "change_pct"),
}
TIMES = {
    "daily_bars": "session_date",
    "intraday_bars": "opened_at",
    "technical_indicators": "date",
    "latest_prices": "priced_at",
}


def tracing(root: Path) -> Figures:
    """One connection a cell, as the command does it: nothing is warm but the machine."""
    market = built_folder(root).market
    draw = random.Random(SEED)
    milliseconds = []
    for _ in range(CELLS):
        table = draw.choice(list(FIELDS))
        with open_market(market).connection as connection:
            rows = connection.execute(
                f"select symbol, {TIMES[table]}::varchar from {table} order by all"
            ).fetchall()
        symbol, time = draw.choice(rows)
        with open_market(market).connection as connection:
            walk = explain(connection, symbol, time, draw.choice(FIELDS[table]), table=table)
        milliseconds.append(walk.seconds * 1000)
    return {"cells": CELLS, "median_ms": median(milliseconds), "worst_ms": max(milliseconds)}
