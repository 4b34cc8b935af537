"""One edge with one session, as the tests of the polite edge use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from extract.context import FetchContext
from extract.edge.requests_session import PolicedSession
from extract.edge.waits import retry_after
from extract.http import PoliteEdge, Reply
from extract.outcomes import FetchFailed, Outcome
from extract.work import WorkItem
from extract.yahoo.session import YahooSession

ITEM = WorkItem("binance", "trades", ("BTCUSDT",), "test")


def classify(reply: Reply) -> None:
    if reply.status == 429:
        raise FetchFailed(Outcome.THROTTLED, "slow down", retry_after(reply.headers))
    if reply.status in (403, 418):
        raise FetchFailed(Outcome.BLOCKED, "go away", retry_after(reply.headers), final=True)
    if reply.status >= 500:
        raise FetchFailed(Outcome.UNAVAILABLE, f"HTTP {reply.status}")
    reply.parsed()


class Asker:
    """One edge with one session, asking for one path of a scripted server."""

    def __init__(self, kind: str, context: FetchContext, base: str) -> None:
        self.context = context
        self.edge = PoliteEdge.of("binance", context, classify)
        if kind == "requests":
            session = PolicedSession(self.edge)
            self._get: Callable[[str], Any] = lambda path: session.get(base + path)
        else:
            curl = YahooSession(self.edge, base)
            self._get = lambda path: curl.get("https://query2.finance.yahoo.com" + path)

    def ask(self, path: str = "/data") -> Any:
        """None when the unit failed."""
        found = None
        with self.edge.unit(ITEM) as unit:
            found = self._get(path)
            unit.answered(1)
        return found

    @property
    def outcomes(self) -> list[str]:
        return [failure.outcome for failure in self.context.failures]

    @property
    def records(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.context.log.drain().to_pylist()
        return found
