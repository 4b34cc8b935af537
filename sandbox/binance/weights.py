"""Binance's request weight: counted per real minute, refused above the limit, then banned."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.answers import Answer
from sandbox.gates import Gate

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

MINUTE = 60.0
WARNINGS = 3


class Weights:
    """Three refusals in one minute are a warning; going on after them is a ban."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        limits = exchange.limits
        self.gate = Gate(
            lambda: {MINUTE: limits.binance_weight_per_minute},
            WARNINGS,
            lambda: limits.binance_ban_seconds,
            fixed=True,
        )

    def refusal(self, weight: int) -> Answer | None:
        limits = self._exchange.limits
        refused = self.gate.refusal(weight, limits.enforced)
        if refused is None:
            return None
        if refused.banned:
            return self._ban(refused.seconds)
        message = (
            f"Too much request weight used; current limit is {limits.binance_weight_per_minute} "
            "request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid "
            "polling the API."
        )
        left = int(refused.seconds) + 1
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
        used = str(self.gate.used(MINUTE))
        return {"X-MBX-USED-WEIGHT": used, "X-MBX-USED-WEIGHT-1M": used}
