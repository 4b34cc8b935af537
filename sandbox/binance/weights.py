"""Binance's request weight: counted per real minute, refused above the limit, then banned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.answers import Answer
from warehouse import clock

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

MINUTE = 60
WARNINGS = 3


class Weights:
    """Three refusals in one minute are a warning; going on after them is a ban."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._minute = -1
        self._used = 0
        self._refused = 0
        self._banned_until = 0.0

    def refusal(self, weight: int) -> Answer | None:
        limits, now = self._exchange.limits, clock.monotonic()
        if int(now // MINUTE) != self._minute:
            self._minute, self._used, self._refused = int(now // MINUTE), 0, 0
        self._used += weight
        if not limits.enforced:
            self._banned_until = 0.0
            return None
        if now < self._banned_until:
            return self._ban(self._banned_until - now)
        if self._used <= limits.binance_weight_per_minute:
            return None
        self._refused += 1
        if self._refused > WARNINGS:
            self._banned_until = now + limits.binance_ban_seconds
            return self._ban(limits.binance_ban_seconds)
        message = (
            f"Too much request weight used; current limit is {limits.binance_weight_per_minute} "
            "request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid "
            "polling the API."
        )
        left = int(MINUTE - now % MINUTE) + 1
        return Answer({"code": -1003, "msg": message}, 429, headers={"Retry-After": str(left)})

    def _ban(self, seconds: float) -> Answer:
        since = (self._exchange.now() - datetime(1970, 1, 1)).total_seconds()
        until = int((since + seconds) * 1000)
        message = (
            f"Way too much request weight used; IP banned until {until}. Please use the "
            "websocket for live updates to avoid bans."
        )
        left = max(int(seconds + 0.999), 1)
        return Answer({"code": -1003, "msg": message}, 418, headers={"Retry-After": str(left)})

    def headers(self) -> dict[str, str]:
        used = str(self._used)
        return {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used}
