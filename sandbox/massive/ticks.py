"""Massive's trades and quotes, out of the trades behind the minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.binance.tape import Tape
from sandbox.listings import Listing
from sandbox.market import Market
from sandbox.massive.times import milliseconds

NANO = 1_000_000
EXCHANGES = (4, 11, 12, 15, 19, 21)
OFF_EXCHANGE = 4
ROUND_LOT = 100
LATE_NS = 342_801
ONE_SIDED_EVERY = 97


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for ticks; both bounds, in nanoseconds, are included."""

    first: int
    last: int
    limit: int
    descending: bool


@dataclass(frozen=True, slots=True)
class Tick:
    number: int
    price: float
    shares: int
    at: int
    is_sale: bool


def trades(
    market: Market, listing: Listing, asked: Asked, now: datetime
) -> tuple[list[dict[str, Any]], int | None]:
    """A page and the stamp after which the next one goes on."""
    found, after = _page(market, listing, asked, now)
    return [_trade(one) for one in found], after


def quotes(
    market: Market, listing: Listing, asked: Asked, now: datetime
) -> tuple[list[dict[str, Any]], int | None]:
    found, after = _page(market, listing, asked, now)
    return [_quote(one, float(listing.tick)) for one in found], after


def _page(
    market: Market, listing: Listing, asked: Asked, now: datetime
) -> tuple[list[Tick], int | None]:
    ticks = list(_ticks(market, listing, asked, now))
    if asked.descending:
        ticks.reverse()
    page = ticks[: asked.limit]
    return page, page[-1].at if len(page) < len(ticks) else None


def _ticks(market: Market, listing: Listing, asked: Asked, now: datetime) -> Iterator[Tick]:
    """A few more than a page holds, oldest first."""
    tape = Tape(market, listing, milliseconds(now) // 1000)
    enough = asked.limit + 2 * len(EXCHANGES)
    found = tape.by_time(asked.first // NANO, asked.last // NANO, enough, asked.descending)
    for place in range(len(found)):
        number = int(found.id[place])
        # The low digits are no round number, so that a float cannot hold the stamp.
        at = int(found.at[place]) * NANO + number * 7919 % NANO
        if asked.first <= at <= asked.last:
            yield Tick(
                number,
                float(listing.price_of(int(found.price[place]))),
                int(listing.volume_of(int(found.quantity[place]))),
                at,
                bool(found.buyer_maker[place]),
            )


def _trade(tick: Tick) -> dict[str, Any]:
    found: dict[str, Any] = {
        "exchange": EXCHANGES[tick.number % len(EXCHANGES)],
        # Unique for an exchange only: neighbours on two of them share it.
        "id": str(tick.number // 2),
        "participant_timestamp": tick.at - LATE_NS,
        "price": tick.price,
        "sequence_number": tick.number * 3,
        "sip_timestamp": tick.at,
        "size": tick.shares,
        "tape": 3,
    }
    if tick.number % 3 == 0:
        found["conditions"] = [12, 37]
    if tick.number % 6 == 0:
        found |= {
            "exchange": OFF_EXCHANGE,
            "correction": 0,
            "trf_id": 202,
            "trf_timestamp": tick.at - LATE_NS // 2,
        }
    return found


def _quote(tick: Tick, spread: float) -> dict[str, Any]:
    """The side that traded is where the trade was; now and then the other has no quote."""
    lots = tick.shares // ROUND_LOT + 1
    bid = tick.price if tick.is_sale else round(tick.price - spread, 4)
    found: dict[str, Any] = {
        "ask_exchange": EXCHANGES[tick.number % len(EXCHANGES)],
        "ask_price": round(bid + spread, 4),
        "ask_size": lots,
        "bid_exchange": EXCHANGES[tick.number // 2 % len(EXCHANGES)],
        "bid_price": bid,
        "bid_size": lots + 1,
        "participant_timestamp": tick.at - LATE_NS,
        "sequence_number": tick.number * 3 + 1,
        "sip_timestamp": tick.at,
        "tape": 3,
    }
    if tick.number % ONE_SIDED_EVERY == 0:
        found |= {"ask_exchange": 0, "ask_price": 0, "ask_size": 0, "conditions": [1]}
    return found
