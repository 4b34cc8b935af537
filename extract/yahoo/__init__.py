"""Loads bars, dividends, splits and quotes from Yahoo Finance by way of yfinance."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from dlt.extract import DltSource

from extract.context import FetchContext
from extract.http import PoliteEdge
from extract.resources import typed_source
from extract.work import WorkItem
from extract.yahoo import actions, bars, quotes
from extract.yahoo.answers import classify
from extract.yahoo.due import due
from extract.yahoo.session import YahooSession, open_session
from extract.yahoo.settings import PROVIDER
from extract.yahoo.windows import chunks

__all__ = ["accepted", "chunks", "due", "source"]

Fetch = Callable[..., Any]


class _Run:
    """The units of one run in their order: actions, bars, quotes.

    dlt may turn to any resource first, and dividends and splits come with one answer, so the
    events are asked for as soon as anything is and are kept until both resources have taken them.
    """

    def __init__(self, items: Sequence[WorkItem], context: FetchContext) -> None:
        self.items = items
        self.context = context
        self._actions: list[tuple[pa.Table, pa.Table]] | None = None
        self._bars = self._some("bars", bars.fetch_bars)
        self._waiting: deque[pa.Table] = deque()

    def ask(self, endpoint: str, fetch: Fetch) -> Iterator[Any]:
        """Answers one by one; a unit that fails is in `context.failures` and yields nothing."""
        for item in self.items:
            if item.endpoint != endpoint:
                continue
            edge, session = _opened(self.context)
            answer = None
            with edge.unit(item) as unit:
                answer = fetch(unit, session, self.context.rejected)
            if answer is not None:
                yield answer

    def actions(self) -> list[tuple[pa.Table, pa.Table]]:
        if self._actions is None:
            self._actions = list(self.ask("actions", actions.fetch_actions))
        return self._actions

    def events(self, which: int) -> Iterator[pa.Table]:
        """Of each pair the dividends (0) or the splits (1)."""
        yield from (pair[which] for pair in self.actions() if pair[which].num_rows)

    def bars(self) -> Iterator[pa.Table]:
        """One by one, until the quotes' turn takes all that are left into the waiting line."""
        self.actions()
        while (table := self._next_bars()) is not None:
            yield table

    def _next_bars(self) -> pa.Table | None:
        return self._waiting.popleft() if self._waiting else next(self._bars, None)

    def quotes(self) -> Iterator[pa.Table]:
        """Last, because only quotes can be refused for want of a crumb, which ends the run."""
        self.actions()
        self._waiting.extend(self._bars)
        yield from self._some("quotes", quotes.fetch_quotes)

    def _some(self, endpoint: str, fetch: Fetch) -> Iterator[pa.Table]:
        return (table for table in self.ask(endpoint, fetch) if table.num_rows)


def _opened(context: FetchContext) -> tuple[PoliteEdge, YahooSession]:
    """One edge and one session for all groups of a run: cookie and crumb are asked for once."""
    if PROVIDER not in context.kept:
        edge = PoliteEdge.of(PROVIDER, context, classify)
        cache = context.folder / "state" / "yfinance"
        context.kept[PROVIDER] = (edge, open_session(edge, context.settings.base_url, cache))
    opened: tuple[PoliteEdge, YahooSession] = context.kept[PROVIDER]
    return opened


def source(items: Sequence[WorkItem], context: FetchContext) -> DltSource:
    """Resources named as the raw tables; each yields Arrow tables in the declared types."""
    run = _Run(items, context)
    return typed_source(
        PROVIDER,
        {
            actions.DIVIDENDS: run.events(0),
            actions.SPLITS: run.events(1),
            bars.TABLE: run.bars(),
            quotes.TABLE: run.quotes(),
        },
    )


def accepted(items: Sequence[WorkItem], context: FetchContext) -> None:
    """Nothing is left to do at Yahoo once its rows are landed."""
