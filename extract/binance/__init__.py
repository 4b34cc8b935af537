"""Loads bars, trades, tickers and symbols of Binance's spot market by way of python-binance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
from dlt.extract import DltSource

from extract.binance import bars, snapshots, trades
from extract.binance.answers import judge_of, used_weight
from extract.binance.archives import Archive
from extract.binance.client import MarketClient
from extract.binance.due import due
from extract.binance.settings import (
    AGG_TRADES,
    BARS,
    BOOK_TICKERS,
    DEAREST_CALL,
    PROVIDER,
    SYMBOLS,
    TICKERS,
    TRADES,
    WEIGHTS_OF_UNITS,
)
from extract.binance.windows import chunks, pieces
from extract.context import FetchContext
from extract.edge.requests_session import PolicedSession
from extract.http import PoliteEdge, Unit
from extract.request_log import RejectedRows
from extract.resources import asked_units, typed_source
from extract.work import WorkItem
from warehouse import clock

__all__ = ["accepted", "chunks", "due", "source", "weights"]

Fetch = Callable[[Unit, MarketClient, RejectedRows], Iterator[pa.Table]]
LOADED: tuple[tuple[str, str, Fetch], ...] = (
    (BARS, "bars", bars.fetch_bars),
    (TRADES, "trades", trades.fetch_trades),
    (AGG_TRADES, "agg_trades", trades.fetch_agg_trades),
    (BOOK_TICKERS, "book_tickers", snapshots.fetch_book_tickers),
    (TICKERS, "tickers", snapshots.fetch_tickers),
    (SYMBOLS, "symbols", snapshots.fetch_symbols),
)


def _opened(context: FetchContext) -> tuple[PoliteEdge, MarketClient]:
    """One edge and one client for all groups of a run: they share budget and bans."""
    if PROVIDER not in context.kept:
        url = context.settings.archive_url
        archive = Archive(url) if url else None
        edge = PoliteEdge.of(PROVIDER, context, judge_of(archive), used_weight)
        if archive:
            # Files lie on another host, where nothing is weighed.
            archive.session = PolicedSession(edge, lambda _: 0)
        client = MarketClient(edge, context.settings.base_url, archive)
        context.kept[PROVIDER] = (edge, client)
    opened: tuple[PoliteEdge, MarketClient] = context.kept[PROVIDER]
    return opened


def source(items: Sequence[WorkItem], context: FetchContext) -> DltSource:
    """Resources named as the raw tables; each yields Arrow tables in the declared types."""

    def tables(endpoint: str, fetch: Fetch) -> Iterator[pa.Table]:
        def pages(unit: Unit) -> Iterator[pa.Table]:
            return fetch(unit, _opened(context)[1], context.rejected)

        return asked_units(items, endpoint, lambda: _opened(context)[0], pages)

    return typed_source(
        PROVIDER, {name: tables(endpoint, fetch) for name, endpoint, fetch in LOADED}
    )


def accepted(items: Sequence[WorkItem], context: FetchContext) -> None:
    """Nothing is left to do at Binance once its rows are landed."""


def weights(item: WorkItem) -> tuple[int, ...]:
    """What the calls of a unit weigh, before they are made: a file and its checksum nothing."""
    if item.endpoint == "bars" and item.interval and item.start and item.end:
        found = pieces(item.interval, item.start, item.end, clock.now())
        if files := sum(one.period is not None for one in found):
            return (0, 0) * files
    return (WEIGHTS_OF_UNITS.get(item.endpoint, DEAREST_CALL),)
