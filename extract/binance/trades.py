"""Loads trades and aggregate trades: the newest, or all of a window, by files and then by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

import pyarrow as pa

from extract.binance.archived_trades import ids_told, read_trades
from extract.binance.archives import path_of
from extract.binance.bars import plain_symbol
from extract.binance.client import MarketClient
from extract.binance.settings import LONGEST_LOOKUP, MOST_TRADES
from extract.binance.snapshots import land
from extract.binance.trade_kinds import AGGREGATE, SINGLE, Kind
from extract.binance.windows import Piece, days, instant, milliseconds
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from warehouse import clock

Ask = Callable[..., Any]


def fetch_trades(unit: Unit, client: MarketClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    if unit.item.start is None:
        yield from _newest(unit, client.get_recent_trades, SINGLE, rejected)
    else:
        yield from _windowed(unit, client, client.get_historical_trades, SINGLE, rejected)


def fetch_agg_trades(
    unit: Unit, client: MarketClient, rejected: RejectedRows
) -> Iterator[pa.Table]:
    if unit.item.start is None:
        yield from _newest(unit, client.get_aggregate_trades, AGGREGATE, rejected)
    else:
        yield from _windowed(unit, client, client.get_aggregate_trades, AGGREGATE, rejected)


def _newest(unit: Unit, ask: Ask, kind: Kind, rejected: RejectedRows) -> Iterator[pa.Table]:
    page = ask(symbol=plain_symbol(unit.item), limit=MOST_TRADES)
    yield from land(unit, page, kind.table, kind.row, rejected)


def _windowed(
    unit: Unit, client: MarketClient, by_id: Ask, kind: Kind, rejected: RejectedRows
) -> Iterator[pa.Table]:
    """Whole days by their files; each file and page answers its own part of the window."""
    item, symbol = unit.item, plain_symbol(unit.item)
    if item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "a window has a start and an end", final=True)
    for piece in days(item.start, item.end, clock.now()):
        file = None
        if piece.period and client.archive and symbol.isalnum():
            file = client.archive.fetch(unit, path_of(kind.folder, symbol, piece))
        if file:
            yield read_trades(unit, file, piece, kind, rejected)
            continue
        first, start = _first_id(unit, client, kind, piece)
        if first is not None:
            rest = Piece(start, piece.end)
            yield from _by_id(unit, partial(by_id, symbol=symbol), kind, rest, first, rejected)


def _first_id(
    unit: Unit, client: MarketClient, kind: Kind, piece: Piece
) -> tuple[int | None, datetime]:
    """Only aggregate trades are found by time; each names the first of its trades."""
    start = piece.start
    while start < piece.end:
        end = min(start + LONGEST_LOOKUP, piece.end)
        found = client.get_aggregate_trades(
            symbol=unit.item.symbol,
            startTime=milliseconds(start),
            endTime=milliseconds(end) - 1,
            limit=1,
        )
        if not isinstance(found, list):
            raise FetchFailed(Outcome.MALFORMED, f"{AGGREGATE.table} are not a list")
        if found:
            field = "a" if kind is AGGREGATE else "f"
            return _numbers(found[:1], field, True)[0], start
        unit.answered(0, start, end)
        start = end
    return None, start


def _by_id(
    unit: Unit, ask: Ask, kind: Kind, window: Piece, first: int, rejected: RejectedRows
) -> Iterator[pa.Table]:
    start = window.start
    while True:
        page = ask(fromId=first, limit=MOST_TRADES)
        if not isinstance(page, list):
            raise FetchFailed(Outcome.MALFORMED, f"{kind.table} are not a list")
        full = len(page) >= MOST_TRADES
        ids = sorted(_numbers(page, kind.id_field, full))
        times = _numbers(page, kind.time_field, full)
        if full and ids[-1] < first:
            raise FetchFailed(Outcome.MALFORMED, "a full page that leads no further", final=True)
        end = min(instant(max(times)), window.end) if full else window.end
        late = milliseconds(window.end)
        inside = [raw for raw in page if not _at(raw, kind, late)]
        told = ids_told(ids)
        yield from land(unit, inside, kind.table, kind.row, rejected, told, (start, end))
        if end >= window.end:
            return
        first, start = ids[-1] + 1, end


def _at(raw: Any, kind: Kind, late: int) -> bool:
    """Whether a trade is later than the window; what cannot be read is judged when it is typed."""
    at = raw.get(kind.time_field) if isinstance(raw, dict) else None
    return isinstance(at, int) and at >= late


def _numbers(page: list[Any], field: str, needed: bool) -> list[int]:
    found = [
        raw[field] for raw in page if isinstance(raw, dict) and isinstance(raw.get(field), int)
    ]
    if needed and not found:
        raise FetchFailed(Outcome.MALFORMED, f"a page without a single {field!r}", final=True)
    return found
