"""Asks Alpha Vantage's one address through the polite edge, the key in the URL as it wants it."""

from __future__ import annotations

import json
from typing import Any

from extract.alpha_vantage.answers import NotInPlan, classify
from extract.alpha_vantage.settings import PROVIDER
from extract.alpha_vantage.shapes import Series, read_series
from extract.alpha_vantage.windows import is_premium
from extract.context import FetchContext
from extract.edge.redaction import register_secret
from extract.edge.requests_session import PolicedSession
from extract.http import PoliteEdge
from extract.outcomes import FetchFailed, Outcome
from warehouse import logs

log = logs.get(__name__)


class Client:
    """One for a run; what the key's plan refused once is not asked for again in it."""

    def __init__(self, context: FetchContext) -> None:
        self.edge = PoliteEdge.of(PROVIDER, context, classify)
        self.settings = context.settings
        self._session = PolicedSession(self.edge)
        self._refused: dict[tuple[str, str], str] = {}
        self._key = context.key.get_secret_value() if context.key else ""
        self._datatype = getattr(context.settings, "datatype", "json")
        if self._key:
            register_secret(self._key)

    @property
    def is_premium(self) -> bool:
        return is_premium(self.settings)

    def series(self, function: str, **parameters: str) -> Series:
        try:
            reply = self._ask(function, parameters | {"datatype": self._datatype})
        except FetchFailed as failed:
            # Of one month: it says nothing of the next.
            if failed.outcome is Outcome.EMPTY:
                return Series([], {})
            raise
        return read_series(reply.content)

    def quote(self, function: str, **parameters: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._ask(function, parameters).content)
        return found

    def _ask(self, function: str, parameters: dict[str, str]) -> Any:
        if not self._key:
            raise FetchFailed(Outcome.UNAUTHORISED, "no key: set ALPHA_VANTAGE_API_KEY", final=True)
        part = (function, parameters.get("outputsize", ""))
        if part in self._refused:
            raise NotInPlan(Outcome.OUT_OF_RANGE, self._refused[part], final=True)
        query = {"function": function, **parameters, "apikey": self._key}
        try:
            return self._session.get(f"{self.settings.base_url}/query", params=query)
        except NotInPlan as refused:
            self._refused[part] = refused.detail
            log.warning("not in the key's plan", function=function, detail=refused.detail)
            raise
