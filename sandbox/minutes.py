"""Draws the minutes inside a day: a bridge that opens, peaks, bottoms and closes as it does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.days import TRADES_BLOCK, Days, generator
from sandbox.events import Events
from sandbox.listings import Listing
from sandbox.sessions import Bools, Floats, Ints, sessions_of

QUARTERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Minutes:
    """The minutes of one session that traded, each as four quarters with a price and a volume."""

    starts: Ints
    prices: Ints
    volumes: Ints
    takers: Ints
    blocks: Ints
    first_block: int
    last_quarters: int = QUARTERS

    def until(self, now: int) -> Minutes:
        """What had traded by an instant in seconds; a minute under way shows its whole quarters."""
        whole = int(np.searchsorted(self.starts, now // 60))
        begun = 0
        if whole < len(self.starts) and self.starts[whole] == now // 60:
            begun = now % 60 * QUARTERS // 60
        end = whole + (begun > 0)
        if end == len(self.starts) and begun == 0:
            return self
        prices, volumes = self.prices[:end].copy(), self.volumes[:end].copy()
        takers = self.takers[:end].copy()
        if begun:
            prices[-1, begun:] = prices[-1, begun - 1]
            volumes[-1, begun:] = 0
            takers[-1, begun:] = 0
        return Minutes(
            self.starts[:end],
            prices,
            volumes,
            takers,
            self.blocks[:end],
            self.first_block,
            begun or QUARTERS,
        )


def draw_minutes(seed: int, listing: Listing, events: Events, days: Days, index: int) -> Minutes:
    day = int(days.dates[index])
    draw = generator(seed, "minutes", listing.path, day)
    starts = sessions_of(listing).minutes(days.first + index)
    traded = _traded(listing, draw, starts, events.halts_on(listing, day))
    starts = starts[traded]
    n = len(starts)
    prices = _bridge(draw, n * QUARTERS, days, index)
    smile = 0.55 + 1.9 * np.linspace(-1, 1, n) ** 4 if listing.calendar != "24/7" else np.ones(n)
    weights = smile * np.exp(0.5 * draw.standard_normal(n))
    floor = 64 if listing.lots_per_unit else QUARTERS
    volume = _share(int(days.volume[index]), weights, floor)
    edges = volume[:, None] * np.arange(QUARTERS + 1) // QUARTERS
    volumes = np.diff(edges, axis=1)
    takers = np.rint(volumes * (0.3 + 0.4 * draw.random(n))[:, None]).astype(np.int64)
    blocks = _share(int(days.trade_blocks[index]), weights, 1)
    return Minutes(
        starts,
        prices.reshape(n, QUARTERS),
        volumes,
        takers,
        blocks,
        int(days.blocks_before[index]),
    )


def first_trade_id(minutes: Minutes) -> Ints:
    """The id of the first trade of each minute: ids run on through all the days of a listing."""
    before = np.cumsum(minutes.blocks) - minutes.blocks + minutes.first_block
    return before * TRADES_BLOCK + 1


def _traded(
    listing: Listing, draw: np.random.Generator, starts: Ints, halts: list[tuple[int, int]]
) -> Bools:
    traded = draw.random(len(starts)) >= listing.thin
    for begin, end in halts:
        traded &= (starts < begin) | (starts >= end)
    if not traded.any():
        traded[len(starts) // 2] = True
    return traded


def _share(total: int, weights: Floats, floor: int) -> Ints:
    """Whole shares of a total by weight, none below the floor, that sum to the total exactly."""
    n = len(weights)
    if total == 0:
        return np.zeros(n, dtype=np.int64)
    spare = total - floor * n
    running = np.cumsum(weights)
    edges = np.rint(spare * (running / running[-1])).astype(np.int64)
    edges[-1] = spare
    shares: Ints = np.diff(edges, prepend=0) + floor
    return shares


def _bridge(draw: np.random.Generator, n: int, days: Days, index: int) -> Ints:
    open_, high = int(days.open[index]), int(days.high[index])
    low, close = int(days.low[index]), int(days.close[index])
    peak, trough = _two_places(draw, n)
    first, second = sorted(((peak, high), (trough, low)))
    span = high - low
    if span == 0:
        return np.full(n, open_, dtype=np.int64)
    places = np.array([0, first[0], second[0], n - 1])
    values = np.array([open_, first[1], second[1], close], dtype=np.float64)
    noise = np.cumsum(draw.standard_normal(n)) * (span / (1.6 * np.sqrt(n)))
    ticks = np.arange(n)
    path = noise + np.interp(ticks, places, values - noise[places])
    # Folding at the day's bounds keeps the path inside them without flattening it there.
    folded = np.abs((path - low + span) % (2 * span) - span)
    prices: Ints = low + np.rint(folded).astype(np.int64)
    prices[places] = (open_, first[1], second[1], close)
    return prices


def _two_places(draw: np.random.Generator, n: int) -> tuple[int, int]:
    """Where the day's high and low fall: two different places, neither the open nor the close."""
    one = 1 + int(draw.integers(n - 2))
    other = 1 + int(draw.integers(n - 3))
    return one, other + (other >= one)
