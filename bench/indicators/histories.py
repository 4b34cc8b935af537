"""Series of every kind that indicators meet, from a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

FIRST = date(2015, 1, 5)
OPENS = time(14, 30)
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """One series: what kind it is, its days and its bars."""

    kind: str
    days: list[date]
    open: Numbers
    high: Numbers
    low: Numbers
    close: Numbers
    volume: Numbers


def histories(seed: int, count: int, longest: int = 600) -> dict[int, History]:
    """Numbered from 1; the first is the index that the others are held against."""
    found = {1: _history("index", random.Random(seed), longest)}
    kinds = list(KINDS)
    for number in range(2, count + 1):
        drawn = random.Random(seed * 1_000_003 + number)
        kind = kinds[number % len(kinds)]
        length = 2 if kind == "two bars" else drawn.randint(30, longest)
        found[number] = _history(kind, drawn, length)
    return found


def bars(found: dict[int, History], known_seq: int = 1) -> pl.DataFrame:
    """As the table of daily bars has them."""
    parts = []
    for number, history in found.items():
        parts.append(
            pl.DataFrame(
                {
                    "instrument_id": pl.Series([number] * len(history.days), dtype=pl.Int64),
                    "session_date": history.days,
                    "opened_at": [datetime.combine(day, OPENS) for day in history.days],
                    **{
                        name: [Decimal(f"{value:.8f}") for value in getattr(history, name)]
                        for name in ("open", "high", "low", "close", "volume")
                    },
                    "is_partial": False,
                    "known_seq": pl.Series([known_seq] * len(history.days), dtype=pl.Int64),
                },
                schema_overrides={
                    name: pl.Decimal(24 if name == "volume" else 18, 8)
                    for name in ("open", "high", "low", "close", "volume")
                },
            )
        )
    return pl.concat(parts)


def _history(kind: str, drawn: random.Random, length: int) -> History:
    days = [FIRST + timedelta(days=n) for n in range(length)]
    if kind == "gapped":
        days = [day for day in days if drawn.random() > 0.3]
    close = KINDS.get(kind, _walk(100.0, 0.015))(drawn, len(days))
    still = kind in ("constant", "all equal")
    flat = kind == "all equal" or kind == "constant"
    before = np.concatenate([close[:1], close[:-1]])
    wick = np.array([0.0 if flat else abs(drawn.gauss(0, 0.006)) for _ in days])
    opened = close if still else _cents(before * (1 + wick * 0.3))
    high = close if flat else _cents(np.maximum(opened, close) * (1 + wick))
    low = close if flat else _cents(np.minimum(opened, close) * (1 - wick))
    volume = np.array([float(drawn.choice((0, drawn.randint(1, 9_000_000)))) for _ in days])
    return History(kind, days, opened, high, low, close, volume)


def _cents(values: NDArray[np.floating[Any]]) -> Numbers:
    """As the columns hold them: eight decimals."""
    return np.array([float(f"{value:.8f}") for value in values])


def _walk(start: float, step: float, drift: float = 0.0) -> Callable[[random.Random, int], Numbers]:
    def walk(drawn: random.Random, length: int) -> Numbers:
        moves = [1 + drift + drawn.gauss(0, step) for _ in range(length)]
        return _cents(start * np.cumprod(moves))

    return walk


def _constant(drawn: random.Random, length: int) -> Numbers:
    return np.full(length, drawn.choice((42.5, 1.25, 1024.0, 0.5)))


def _stuck(drawn: random.Random, length: int) -> Numbers:
    """Moves, stands still for long, and moves again."""
    values = _walk(80.0, 0.01)(drawn, length)
    values[length // 4 : length // 2] = values[length // 4]
    return values


KINDS: dict[str, Callable[[random.Random, int], Numbers]] = {
    "walk": _walk(100.0, 0.02),
    "constant": _constant,
    "gapped": _walk(250.0, 0.015),
    "two bars": _walk(10.0, 0.02),
    "huge": _walk(300_000_000.0, 0.01),
    "tiny": _walk(0.0004, 0.02),
    "trending": _walk(50.0, 0.002, 0.004),
    "falling": _walk(900.0, 0.002, -0.003),
    "all equal": lambda drawn, length: np.full(length, 7.75),
    "stuck": _stuck,
}
