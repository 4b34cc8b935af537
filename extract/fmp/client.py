"""A session with the key, asking the configured host through the polite edge."""

from __future__ import annotations

import json
from typing import Any

from extract.edge.redaction import redact, register_secret
from extract.edge.requests_session import PolicedSession
from extract.fmp.answers import refusal
from extract.fmp.settings import SYMBOL
from extract.http import PoliteEdge, Unit
from extract.outcomes import FetchFailed, Outcome
from extract.work import WorkItem


class StableClient:
    """Remembers for the run which endpoints, and which symbols of one, the plan refuses."""

    def __init__(self, edge: PoliteEdge, base_url: str, key: str | None) -> None:
        self._session = PolicedSession(edge)
        self._base_url = base_url
        self.heard: set[str] = set()
        self._refused: dict[tuple[str, str | None], FetchFailed] = {}
        if key:
            register_secret(key)
            # Added when the call is sent, so no recorded address ever holds it.
            self._session.params = {"apikey": key}

    def get(self, unit: Unit, path: str, **parameters: str) -> list[Any]:
        """The list that answers; a refusal of the plan stays with its endpoint or symbol."""
        symbol = parameters.get("symbol") or parameters.get("symbols")
        for key in ((path, None), (path, symbol)):
            if key in self._refused:
                known = self._refused[key]
                raise FetchFailed(known.outcome, f"not asked again: {known.detail}", final=True)
        response = self._session.get(self._base_url + path, params=parameters)
        refused = refusal(response.status_code, response.content)
        if refused is not None:
            refused.detail = redact(refused.detail)
            for_all = refused.outcome is Outcome.UNAUTHORISED
            self._refused[path, None if for_all else symbol] = refused
            unit.calls[-1].outcome, unit.calls[-1].detail = refused.outcome, refused.detail
            raise refused
        answer: list[Any] = json.loads(response.content)
        return answer


def plain_symbol(item: WorkItem) -> str:
    """Refused before it gets into an address."""
    if len(item.symbols) != 1 or not SYMBOL.fullmatch(item.symbol):
        raise FetchFailed(
            Outcome.UNKNOWN_SYMBOL, f"{item.symbol[:40]!r} cannot be a symbol here", final=True
        )
    return item.symbol
