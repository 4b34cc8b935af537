"""Loads bars, treasury yields, quotes, splits and dividends from Financial Modeling Prep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
from dlt.extract import DltSource

from extract.context import FetchContext
from extract.fmp import actions, bars, quotes, treasury
from extract.fmp.answers import classify
from extract.fmp.client import StableClient
from extract.fmp.due import due
from extract.fmp.settings import PROVIDER
from extract.fmp.trading import Calendars
from extract.fmp.treasury import Curves
from extract.fmp.windows import chunks
from extract.http import PoliteEdge
from extract.resources import typed_source
from extract.work import WorkItem
from warehouse.provider_settings import FmpSettings

__all__ = ["accepted", "chunks", "due", "source"]


class _Opened:
    """One edge and one client for all groups of a run: they share pace, refusals and the curve."""

    def __init__(self, context: FetchContext) -> None:
        self.edge = PoliteEdge.of(PROVIDER, context, classify)
        key = context.key.get_secret_value() if context.key else None
        self.client = StableClient(self.edge, context.settings.base_url, key)
        self.calendars = Calendars(context.folder)
        self.curves = Curves(self.calendars)


class _Run:
    """The units of one group. A call for actions or the curve brings rows of two tables, and dlt
    may turn to either first, so those are asked for as soon as one of them is."""

    def __init__(self, items: Sequence[WorkItem], context: FetchContext) -> None:
        self.items = items
        self.context = context
        settings = context.settings
        self._batches = isinstance(settings, FmpSettings) and settings.batch_quotes
        self._together: list[tuple[str, pa.Table]] | None = None

    def kept(self, name: str) -> Iterator[pa.Table]:
        """The tables of that name among those that come two at a time."""
        if self._together is None:
            self._together = []
            self._together += self._ask(_is_actions, actions.fetch_actions)
            self._together += self._ask(treasury.is_tenor, self._opened().curves.fetch)
        yield from (table for own, table in self._together if own == name)

    def bars(self) -> Iterator[pa.Table]:
        yield from self.kept(bars.TABLE)
        fetch = partial(bars.fetch_bars, calendars=self._opened().calendars)
        yield from self._ask(_is_plain_bars, fetch)

    def quotes(self) -> Iterator[pa.Table]:
        fetch = partial(quotes.fetch_quotes, batches=self._batches)
        yield from self._ask(_is_quotes, fetch)

    def _ask(self, wanted: Callable[[WorkItem], bool], fetch: Callable[..., Any]) -> Iterator[Any]:
        """What came before a failure is good: each request says which part it answers."""
        opened = self._opened()
        for item in filter(wanted, self.items):
            found = []
            with opened.edge.unit(item) as unit:
                for table in fetch(unit, opened.client, self.context.rejected):
                    found.append(table)
            yield from found

    def _opened(self) -> _Opened:
        kept = self.context.kept
        if PROVIDER not in kept:
            kept[PROVIDER] = _Opened(self.context)
        opened: _Opened = kept[PROVIDER]
        return opened


def _is_actions(item: WorkItem) -> bool:
    return item.endpoint == "actions"


def _is_quotes(item: WorkItem) -> bool:
    return item.endpoint == "quotes"


def _is_plain_bars(item: WorkItem) -> bool:
    return item.endpoint == "bars" and not treasury.is_tenor(item)


def source(items: Sequence[WorkItem], context: FetchContext) -> DltSource:
    """Resources named as the raw tables; each yields Arrow tables in the declared types."""
    run = _Run(items, context)
    return typed_source(
        PROVIDER,
        {
            actions.SPLIT_TABLE: run.kept(actions.SPLIT_TABLE),
            actions.DIVIDEND_TABLE: run.kept(actions.DIVIDEND_TABLE),
            treasury.TABLE: run.kept(treasury.TABLE),
            bars.TABLE: run.bars(),
            quotes.TABLE: run.quotes(),
        },
    )


def accepted(items: Sequence[WorkItem], context: FetchContext) -> None:
    """Nothing is left to do once the rows are landed."""
