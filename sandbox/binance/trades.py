"""Binance's trade lists: single trades and aggregated ones, by id or by time."""

from __future__ import annotations

from typing import Any

from sandbox.binance.figures import first_instant, price_text, quantity_text, quote_text
from sandbox.binance.parameters import Refusal, bad_combination
from sandbox.binance.tape import Tape, Trades
from sandbox.listings import Listing
from sandbox.market import Market

HOUR_MS = 3_600_000
AGGREGATED = 2


def recent_trades(
    market: Market, listing: Listing, limit: int, from_id: int | None, now: int, micro: bool
) -> list[dict[str, Any]]:
    tape = Tape(market, listing, now)
    first = tape.newest_id() - limit + 1 if from_id is None else from_id
    return _singles(listing, tape.by_id(first, limit), micro)


def trades_between(
    market: Market, listing: Listing, start: int, end: int, micro: bool
) -> list[dict[str, Any]]:
    """All trades from start to end in milliseconds, both included."""
    found = Tape(market, listing, end // 1000 + 1).by_time(start, end, 1 << 40, newest=False)
    return _singles(listing, found, micro)


def aggregates_between(
    market: Market, listing: Listing, start: int, end: int, micro: bool
) -> list[dict[str, Any]]:
    """All aggregates whose first trade lies from start to end, both included."""
    found = Tape(market, listing, end // 1000 + 1).by_time(start, end, 1 << 40, newest=False)
    return _aggregates(listing, found, micro)


def _singles(listing: Listing, found: Trades, micro: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": int(found.id[place]),
            "price": price_text(listing, int(found.price[place])),
            "qty": quantity_text(listing, int(found.quantity[place])),
            "quoteQty": quote_text(listing, int(found.price[place] * found.quantity[place])),
            "time": first_instant(int(found.at[place]), micro),
            "isBuyerMaker": bool(found.buyer_maker[place]),
            "isBestMatch": True,
        }
        for place in range(len(found))
    ]


def aggregated_trades(
    market: Market, listing: Listing, query: dict[str, Any], limit: int, now: int, micro: bool
) -> list[dict[str, Any]]:
    """Two neighbours of one side make one aggregate, stamped with the first of them."""
    start, end = query.get("startTime"), query.get("endTime")
    tape = Tape(market, listing, now)
    if "fromId" in query:
        if start is not None or end is not None:
            raise bad_combination("'fromId' alone or 'startTime' and 'endTime'")
        found = tape.by_id((query["fromId"] - 1) * AGGREGATED + 1, limit * AGGREGATED)
    elif start is None and end is None:
        found = tape.by_id(tape.newest_id() - limit * AGGREGATED + 1, limit * AGGREGATED)
    else:
        if start is not None and end is not None and end - start > HOUR_MS:
            raise Refusal(
                -1127,
                "Lookup interval is too big. More than 1 hours between startTime and endTime.",
            )
        newest = start is None
        low = 0 if start is None else start
        high = now * 1000 if end is None else end
        found = _whole_pairs(tape, low, high, limit, newest)
    return _aggregates(listing, found, micro)


def _aggregates(listing: Listing, found: Trades, micro: bool) -> list[dict[str, Any]]:
    return [
        _aggregate(listing, found, place, micro) for place in range(0, len(found) - 1, AGGREGATED)
    ]


def _whole_pairs(tape: Tape, low: int, high: int, limit: int, newest: bool) -> Trades:
    """A pair belongs to the window when its first trade does."""
    found = tape.by_time(low, high, limit * AGGREGATED + 2, newest)
    if not len(found):
        return found
    first = int(found.id[0]) + (int(found.id[0]) - 1) % AGGREGATED
    last = int(found.id[-1]) + int(found.id[-1]) % AGGREGATED
    pairs = min((last - first + 1) // AGGREGATED, limit)
    if newest:
        first = last - pairs * AGGREGATED + 1
    return tape.by_id(first, pairs * AGGREGATED)


def _aggregate(listing: Listing, found: Trades, place: int, micro: bool) -> dict[str, Any]:
    first = int(found.id[place])
    quantity = int(found.quantity[place : place + AGGREGATED].sum())
    return {
        "a": (first - 1) // AGGREGATED + 1,
        "p": price_text(listing, int(found.price[place])),
        "q": quantity_text(listing, quantity),
        "f": first,
        "l": first + AGGREGATED - 1,
        "T": first_instant(int(found.at[place]), micro),
        "m": bool(found.buyer_maker[place]),
        "M": True,
    }
