"""Loads bars and quotes from Alpha Vantage, asked with plain `requests`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pyarrow as pa
from dlt.extract import DltSource

from extract.alpha_vantage import bars, quotes
from extract.alpha_vantage.client import Client
from extract.alpha_vantage.due import due
from extract.alpha_vantage.settings import PROVIDER
from extract.alpha_vantage.windows import chunks
from extract.context import FetchContext
from extract.http import Unit
from extract.request_log import RejectedRows
from extract.resources import asked_units, typed_source
from extract.work import WorkItem

__all__ = ["accepted", "chunks", "due", "source"]

Fetch = Callable[[Unit, Client, RejectedRows], Iterator[pa.Table]]
LOADED: tuple[tuple[str, str, Fetch], ...] = (
    (bars.TABLE, "bars", bars.fetch_bars),
    (quotes.TABLE, "quotes", quotes.fetch_quotes),
)


def _opened(context: FetchContext) -> Client:
    """One client for all groups of a run: they share pace, limits and what the plan refused."""
    if PROVIDER not in context.kept:
        context.kept[PROVIDER] = Client(context)
    opened: Client = context.kept[PROVIDER]
    return opened


def source(items: Sequence[WorkItem], context: FetchContext) -> DltSource:
    """Resources named as the raw tables; each yields Arrow tables in the declared types."""

    def tables(endpoint: str, fetch: Fetch) -> Iterator[pa.Table]:
        def pages(unit: Unit) -> Iterator[pa.Table]:
            return fetch(unit, _opened(context), context.rejected)

        return asked_units(items, endpoint, lambda: _opened(context).edge, pages)

    return typed_source(
        PROVIDER, {name: tables(endpoint, fetch) for name, endpoint, fetch in LOADED}
    )


def accepted(items: Sequence[WorkItem], context: FetchContext) -> None:
    """Nothing is left to do at Alpha Vantage once its rows are landed."""
