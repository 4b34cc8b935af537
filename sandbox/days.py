"""Draws the daily bars of a listing: clustered volatility, shared factors, gaps, exact integers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zlib import crc32

import numpy as np

from sandbox.events import Events, Split
from sandbox.listings import Listing
from sandbox.sessions import DAY_MINUTES, Floats, Ints, days_since_epoch, sessions_of

ANCHOR = days_since_epoch(date(2026, 3, 2))
FIRST_DAY = days_since_epoch(date(2000, 1, 1))
SPAN = days_since_epoch(date(2036, 1, 1)) - FIRST_DAY
# The pull of a price back to its trend, so that 36 drawn years stay near what a reader expects.
REVERSION = 1 / 500
CLUSTER = 45
MARKET_SHARE = {"market": 0.92, "tech": 0.62, "us": 0.45, "world": 0.40, "crypto": 0.25}
OTHER_MARKET_SHARE = 0.1
# The loading of the S&P 500 of `listings.csv`, in whose terms a crash is given.
INDEX_LOADING = MARKET_SHARE["market"] * 0.16
FACTOR_SHARE = {"tech": 0.42, "crypto": 0.75, "rates": 0.90, "market": 0.0}
GAP_SHARE = 0.3
MOST_EXCITEMENT = 15.0
TRADES_BLOCK = 16


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Daily bars as traded over a listing's sessions: prices in ticks, volumes in lots."""

    first: int
    dates: Ints
    opens_at: Ints
    closes_at: Ints
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    volume: Ints
    trade_blocks: Ints
    blocks_before: Ints

    def index_of(self, day: int) -> int:
        """The session of that date or the next one."""
        return int(np.searchsorted(self.dates, day))


def generator(seed: int, *parts: int | str) -> np.random.Generator:
    keys = [crc32(part.encode()) if isinstance(part, str) else part for part in parts]
    return np.random.default_rng([seed, *keys])


def _clusters(noise: Floats) -> Floats:
    """The logarithm of volatility: noise with a memory of some weeks."""
    kernel = np.exp(-np.arange(6 * CLUSTER) / CLUSTER)
    kernel /= np.sqrt((kernel**2).sum())
    smooth: Floats = np.convolve(noise, kernel)[: len(noise)]
    return smooth


def factor_returns(seed: int, factor: str) -> tuple[Floats, Floats]:
    """Standard normal returns and the volatility clusters of a factor, one per calendar day."""
    draw = generator(seed, "factor", factor)
    return draw.standard_normal(SPAN), _clusters(draw.standard_normal(SPAN))


def draw_days(
    seed: int,
    listing: Listing,
    events: Events,
    market: tuple[Floats, Floats],
    factor: tuple[Floats, Floats],
) -> Days:
    sessions = sessions_of(listing)
    n = len(sessions.dates)
    at = sessions.dates - FIRST_DAY
    draw = generator(seed, "days", listing.path)
    own, gap_noise, spread, turnover = draw.standard_normal((4, n))
    own_cluster = _clusters(draw.standard_normal(n))
    up, down = 1 - draw.random((2, n))
    blocks = draw.random(n)

    per_year = 365 if listing.calendar == "24/7" else 252
    sigma = listing.volatility / np.sqrt(per_year)
    sigma = sigma * np.exp(0.30 * market[1][at] + 0.22 * own_cluster - 0.07)
    market_weight = MARKET_SHARE.get(listing.factor, OTHER_MARKET_SHARE)
    factor_weight = FACTOR_SHARE.get(listing.factor, 0.0)
    own_weight = np.sqrt(max(0.03, 1 - market_weight**2 - factor_weight**2))
    shock = market_weight * market[0][at] + factor_weight * factor[0][at] + own_weight * own
    shock = shock * np.sqrt(0.8 + 0.2 * spread**2)

    anchor = int(np.searchsorted(sessions.dates, ANCHOR))
    decay = np.exp(-REVERSION * 365 / per_year)
    scale = decay ** np.arange(n)
    wander = scale * np.cumsum(sigma * shock / scale)
    log_close = listing.drift * (at - at[anchor]) / 365 + wander - wander[anchor]
    jumps = _jumps(listing, events, sessions.dates)
    jumped = np.cumsum(jumps)
    log_close = log_close + (jumped - jumped[anchor])
    before = np.concatenate((log_close[:1], log_close[:-1]))
    whole = log_close - before
    gap = 0.0 if per_year == 365 else GAP_SHARE
    log_open = before + gap * whole + np.sqrt(gap) * 0.45 * sigma * gap_noise
    move = log_close - log_open
    width = sigma * np.sqrt(1 - gap)
    log_high = log_open + (move + np.sqrt(move**2 - 2 * width**2 * np.log(up))) / 2
    log_low = log_open + (move - np.sqrt(move**2 - 2 * width**2 * np.log(down))) / 2

    level, shares = _split_levels(events.splits(listing), sessions.dates, anchor)
    ticks = listing.price * listing.ticks_per_unit * level

    def on_grid(log_price: Floats) -> Ints:
        return np.maximum(np.rint(ticks * np.exp(log_price)), 20).astype(np.int64)

    open_, close = on_grid(log_open), on_grid(log_close)
    high = np.maximum(on_grid(log_high), np.maximum(open_, close))
    low = np.minimum(on_grid(log_low), np.minimum(open_, close))
    if listing.asset_class == "fund":
        open_ = high = low = close
    excitement = np.minimum(np.abs(shock) + np.abs(jumps) / sigma, MOST_EXCITEMENT)
    activity = np.exp(0.28 * turnover + 0.12 * excitement - 0.12)
    length = (sessions.closes - sessions.opens) / np.median(sessions.closes - sessions.opens)
    base = listing.volume * shares * activity * np.where(length < 0.8, 0.5, 1.0)
    floor = 64 if listing.lots_per_unit else 4
    minutes = sessions.closes - sessions.opens
    volume = np.maximum(np.rint(base), floor * minutes).astype(np.int64)
    if listing.volume == 0:
        volume = np.zeros(n, dtype=np.int64)
    trade_blocks = (DAY_MINUTES * (1.3 + blocks)).astype(np.int64)

    life = slice(
        int(np.searchsorted(sessions.dates, days_since_epoch(listing.listed_on))),
        int(np.searchsorted(sessions.dates, days_since_epoch(listing.last_date), side="left"))
        + (listing.delisted_on is None),
    )
    blocks_alive = trade_blocks[life]
    return Days(
        life.start,
        sessions.dates[life],
        sessions.opens[life],
        sessions.closes[life],
        open_[life],
        high[life],
        low[life],
        close[life],
        volume[life],
        blocks_alive,
        np.cumsum(blocks_alive) - blocks_alive,
    )


def _jumps(listing: Listing, events: Events, dates: Ints) -> Floats:
    """What news and crashes add to each day's log return; a crash by the listing's own loading."""
    jumps = np.zeros(len(dates))
    loading = MARKET_SHARE.get(listing.factor, OTHER_MARKET_SHARE) * listing.volatility
    found = [(news.on, news.size) for news in events.news(listing)]
    found += [(crash.on, crash.size * loading / INDEX_LOADING) for crash in events.crashes()]
    for on, size in found:
        place = int(np.searchsorted(dates, days_since_epoch(on)))
        if place < len(dates):
            jumps[place] += size
    return jumps


def _split_levels(splits: tuple[Split, ...], dates: Ints, anchor: int) -> tuple[Floats, Floats]:
    """How many of the anchor's shares one share was on each date, and its inverse for volumes."""
    level = np.ones(len(dates))
    for split in splits:
        level = np.where(dates < days_since_epoch(split.ex_date), level * float(split.ratio), level)
    level = level / level[anchor]
    return level, 1 / level
