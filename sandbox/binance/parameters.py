"""What each Binance endpoint takes, what it weighs, and the refusals for what it does not take."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.answers import Answer, Call

SYMBOL_RANGE = "^[A-Z0-9-_.]{1,20}$"
SYMBOLS_RANGE = '^\\[("[A-Z0-9-_.]{1,20}"(,"[A-Z0-9-_.]{1,20}"){0,}){0,1}\\]$'
NUMBER_RANGE = "^[0-9]{1,20}$"
SYMBOL = re.compile(r"^[A-Z0-9\-_.]{1,20}$")
NUMBER = re.compile(NUMBER_RANGE)
NUMBERS = frozenset({"startTime", "endTime", "limit", "fromId"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    weight: int
    allowed: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    most: int = 1000


ENDPOINTS = {
    "/api/v3/ping": Endpoint(1),
    "/api/v3/time": Endpoint(1),
    "/api/v3/exchangeInfo": Endpoint(
        20, ("symbol", "symbols", "permissions", "showPermissionSets", "symbolStatus")
    ),
    "/api/v3/klines": Endpoint(
        2,
        ("symbol", "interval", "startTime", "endTime", "timeZone", "limit"),
        ("symbol", "interval"),
    ),
    "/api/v3/trades": Endpoint(25, ("symbol", "limit"), ("symbol",)),
    "/api/v3/historicalTrades": Endpoint(25, ("symbol", "limit", "fromId"), ("symbol",)),
    "/api/v3/aggTrades": Endpoint(
        4, ("symbol", "fromId", "startTime", "endTime", "limit"), ("symbol",)
    ),
    "/api/v3/depth": Endpoint(5, ("symbol", "limit"), ("symbol",), 5000),
    "/api/v3/avgPrice": Endpoint(2, ("symbol",), ("symbol",)),
    "/api/v3/ticker/24hr": Endpoint(2, ("symbol", "symbols", "type")),
    "/api/v3/ticker/price": Endpoint(2, ("symbol", "symbols")),
    "/api/v3/ticker/bookTicker": Endpoint(2, ("symbol", "symbols")),
}


class Refusal(Exception):
    """Ends a call with an error body."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.answer = Answer({"code": code, "msg": message}, status)


def illegal(name: str, legal: str) -> Refusal:
    return Refusal(
        -1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'."
    )


def missing(name: str) -> Refusal:
    return Refusal(
        -1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."
    )


def invalid_data(name: str) -> Refusal:
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")


def bad_combination(advice: str) -> Refusal:
    return Refusal(-1128, f"Combination of optional parameters invalid. Recommendation: {advice}")


def read(call: Call, endpoint: Endpoint) -> dict[str, Any]:
    """The query with its numbers as integers, or a refusal in the order the exchange checks."""
    names = [name for name, _ in call.parameters]
    if len(set(names)) < len(names):
        raise Refusal(-1101, "Duplicate values for a parameter detected.")
    known = [name for name in names if name in endpoint.allowed]
    if len(known) < len(names):
        raise Refusal(
            -1101, f"Too many parameters; expected '{len(known)}' and received '{len(names)}'."
        )
    query: dict[str, Any] = dict(call.query)
    for name in endpoint.mandatory:
        if not query.get(name):
            raise missing(name)
    for name in query.keys() & NUMBERS:
        if not NUMBER.match(query[name]):
            raise illegal(name, NUMBER_RANGE)
        query[name] = int(query[name])
    if "symbol" in query and not SYMBOL.match(query["symbol"]):
        raise illegal("symbol", SYMBOL_RANGE)
    if "symbols" in query:
        if "symbol" in query:
            raise bad_combination("'symbol' or 'symbols'")
        query["symbols"] = _symbols(query["symbols"])
    if query.get("limit") == 0:
        raise invalid_data("limit")
    return query


def _symbols(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise illegal("symbols", SYMBOLS_RANGE) from error
    if not isinstance(found, list) or not all(
        isinstance(one, str) and SYMBOL.match(one) for one in found
    ):
        raise illegal("symbols", SYMBOLS_RANGE)
    return found
