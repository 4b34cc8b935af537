"""Remembers for a run what the key's plan has not, so that it is asked for once and not again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from extract.massive.answers import TIMEFRAME, TODAY
from extract.massive.windows import local_date, midnight_of
from extract.outcomes import FetchFailed, Outcome
from extract.work import WorkItem
from warehouse import clock


class Entitlement:
    """A refused window says nothing of others; a refused endpoint is one for all of its market."""

    def __init__(self) -> None:
        self._endpoints: dict[tuple[str, bool], str] = {}
        self._today: str | None = None
        # The latest start that was refused for being too long ago.
        self._too_old: tuple[datetime, str] | None = None

    @contextmanager
    def minded(self, item: WorkItem) -> Iterator[None]:
        told = self._known(item)
        if told:
            raise FetchFailed(Outcome.OUT_OF_RANGE, f"not asked again in this run: {told}")
        try:
            yield
        except FetchFailed as failed:
            if failed.outcome is Outcome.OUT_OF_RANGE:
                self._learn(item, failed.detail)
            raise

    def _learn(self, item: WorkItem, told: str) -> None:
        if TODAY in told:
            self._today = told
        elif TIMEFRAME in told:
            start = item.start or datetime.min
            if self._too_old is None or start > self._too_old[0]:
                self._too_old = (start, told)
        else:
            self._endpoints[_endpoint(item)] = told

    def _known(self, item: WorkItem) -> str | None:
        if _endpoint(item) in self._endpoints:
            return self._endpoints[_endpoint(item)]
        if self._today and item.end and item.end > midnight_of(local_date(clock.now())):
            return self._today
        if self._too_old and item.start and item.start <= self._too_old[0]:
            return self._too_old[1]
        return None


def _endpoint(item: WorkItem) -> tuple[str, bool]:
    """Plans are sold by market, and an index belongs to another than a stock."""
    return item.endpoint, item.symbol.startswith("I:")
