"""Loads bars, trades, quotes, actions and reference data from Massive, once Polygon.io."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
from dlt.extract import DltSource

from extract.budgets.plans import plan_of
from extract.context import FetchContext
from extract.http import PoliteEdge, Unit
from extract.massive import bars, market, reference, ticks
from extract.massive.answers import Answers
from extract.massive.client import MassiveClient
from extract.massive.due import due
from extract.massive.entitlement import Entitlement
from extract.massive.settings import PROVIDER
from extract.massive.windows import chunks
from extract.request_log import RejectedRows
from extract.resources import asked_units, typed_source
from extract.work import WorkItem

__all__ = ["accepted", "chunks", "due", "source"]

Fetch = Callable[[Unit, MassiveClient, RejectedRows], Iterator[pa.Table]]
Opened = tuple[PoliteEdge, MassiveClient, Entitlement]
LOADED: tuple[tuple[str, str, Fetch], ...] = (
    (reference.SPLITS, "splits", reference.fetch_splits),
    (reference.DIVIDENDS, "dividends", reference.fetch_dividends),
    (bars.TABLE, "bars", bars.fetch_bars),
    (ticks.TRADES, "trades", ticks.fetch_trades),
    (ticks.QUOTES, "quotes", ticks.fetch_quotes),
    (reference.TICKERS, "tickers", reference.fetch_tickers),
    (market.STATUS, "market_status", market.fetch_status),
    (market.HOLIDAYS, "market_holidays", market.fetch_holidays),
)


def _opened(context: FetchContext) -> Opened:
    """One edge, client and memory of refusals for all groups of a run."""
    if PROVIDER not in context.kept:
        answers = Answers(plan_of(PROVIDER, context.settings).pace_seconds)
        edge = PoliteEdge.of(PROVIDER, context, answers.classify)
        client = MassiveClient(edge, answers, context.settings.base_url, context.key)
        context.kept[PROVIDER] = (edge, client, Entitlement())
    opened: Opened = context.kept[PROVIDER]
    return opened


def source(items: Sequence[WorkItem], context: FetchContext) -> DltSource:
    """Resources named as the raw tables; each yields Arrow tables in the declared types."""

    def tables(endpoint: str, fetch: Fetch) -> Iterator[pa.Table]:
        def pages(unit: Unit) -> Iterator[pa.Table]:
            _, client, entitlement = _opened(context)
            with entitlement.minded(unit.item):
                yield from fetch(unit, client, context.rejected)

        return asked_units(items, endpoint, lambda: _opened(context)[0], pages)

    return typed_source(
        PROVIDER, {name: tables(endpoint, fetch) for name, endpoint, fetch in LOADED}
    )


def accepted(items: Sequence[WorkItem], context: FetchContext) -> None:
    """Nothing is left to do at Massive once its rows are landed."""
