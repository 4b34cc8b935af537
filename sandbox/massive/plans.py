"""Massive's keys and what they allow: a free key's few calls, whole days and two years."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.answers import Call
from sandbox.gates import Gate
from sandbox.massive import refusals
from sandbox.massive.times import local_date, midnight_of

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

MINUTE = 60.0
LOCKOUT = 150.0
PATIENCE = 5
EVERYTHING = ("paid", "sandbox")
FREE_HISTORY = timedelta(days=730)


class Plans:
    """Any key is taken but `unknown...`; `paid...`, and the demo's `sandbox...`, has every plan."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        limits = exchange.limits
        self.gate = Gate(
            lambda: {MINUTE: limits.massive_requests_per_minute}, PATIENCE, lambda: LOCKOUT
        )

    def admit(self, call: Call) -> str:
        """The key of a call, which may be made now."""
        bearer = call.headers.get("Authorization", "")
        key = bearer.removeprefix("Bearer ").strip() or call.query.get("apiKey", "")
        if not key:
            raise refusals.no_key()
        if key.startswith("unknown"):
            raise refusals.unknown_key()
        # Whoever goes on after some refusals is locked out for longer.
        if self.is_free(key) and self.gate.refusal():
            raise refusals.too_many()
        return key

    def is_free(self, key: str) -> bool:
        return self._exchange.limits.enforced and not key.startswith(EVERYTHING)

    def allow_window(self, key: str, start: datetime, end: datetime) -> None:
        """Bars of whole days only, and none from before two years ago."""
        if not self.is_free(key):
            return
        now = self._exchange.now()
        if start < now - FREE_HISTORY:
            raise refusals.too_long_ago()
        if end >= midnight_of(local_date(now)):
            raise refusals.not_yet()

    def allow_ticks(self, key: str) -> None:
        if self.is_free(key):
            raise refusals.not_entitled()
