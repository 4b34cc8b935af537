"""Loads the current quotes of many symbols with one authenticated request."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from yfinance.data import YfData

from extract.http import Reply, Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.yahoo.session import YahooSession
from extract.yahoo.settings import PROVIDER, QUOTE_BATCH, QUOTE_URL, SYMBOL
from warehouse import clock

TABLE = "yahoo_quotes"
EPOCH = datetime(1970, 1, 1)
PRICES = {
    "price": "regularMarketPrice",
    "previous_close": "regularMarketPreviousClose",
    "open": "regularMarketOpen",
    "day_high": "regularMarketDayHigh",
    "day_low": "regularMarketDayLow",
    "bid": "bid",
    "ask": "ask",
    "trailing_pe": "trailingPE",
}
COUNTS = {
    "volume": "regularMarketVolume",
    "bid_size": "bidSize",
    "ask_size": "askSize",
    "market_cap": "marketCap",
}
WORDS = {
    "currency": "currency",
    "exchange_timezone": "exchangeTimezoneName",
    "market_state": "marketState",
    "quote_type": "quoteType",
    "short_name": "shortName",
}


def fetch_quotes(unit: Unit, session: YahooSession, rejected: RejectedRows) -> pa.Table:
    """A row for each symbol that Yahoo knows; the others are named in the request's detail."""
    symbols = [symbol for symbol in unit.item.symbols if SYMBOL.fullmatch(symbol)]
    rows: list[dict[str, Any]] = []
    for first in range(0, len(symbols), QUOTE_BATCH):
        rows += _batch(unit, session, symbols[first : first + QUOTE_BATCH], rejected)
    if not symbols:
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, "no symbol that Yahoo could know", final=True)
    return pa.Table.from_pylist(rows, schema=arrow_schema(TABLE, landed=False))


def _batch(
    unit: Unit, session: YahooSession, symbols: list[str], rejected: RejectedRows
) -> list[dict[str, Any]]:
    answers: list[list[Any]] = []

    def inspect(reply: Reply) -> bytes:
        answers.append(reply.parsed()["quoteResponse"]["result"])
        return reply.body

    session.begin(inspect)
    params = {"symbols": ",".join(symbols), "formatted": "false", "lang": "en-US", "region": "US"}
    YfData(session=session).get(QUOTE_URL, params=params)
    if not answers:
        raise FetchFailed(Outcome.UNAUTHORISED, "Yahoo did not take the renewed crumb")
    observed_at = clock.now()
    asked = {symbol.upper(): symbol for symbol in symbols}
    rows, received = [], 0
    for quote in answers[-1]:
        name = str(quote.get("symbol")) if isinstance(quote, dict) else ""
        symbol = asked.pop(name.upper(), None)
        received += 1
        try:
            if symbol is None:
                raise ValueError("not asked for, or answered twice")
            rows.append(_row(unit.request_id, symbol, observed_at, quote))
        except (ValueError, TypeError, OverflowError) as error:
            payload, reason = json.dumps(quote, default=str), f"not a readable quote: {error}"
            rejected.add(unit.request_id, PROVIDER, TABLE, payload, reason)
    unit.answered(received, detail=f"no answer for {', '.join(asked.values())}" if asked else None)
    return rows


def _row(
    request_id: int, symbol: str, observed_at: datetime, quote: dict[str, Any]
) -> dict[str, Any]:
    quoted = _count(quote.get("regularMarketTime"), "regularMarketTime")
    if quoted is None:
        raise ValueError("no regularMarketTime")
    return {
        "request_id": request_id,
        "symbol": symbol,
        "observed_at": observed_at,
        "quoted_at": EPOCH + timedelta(seconds=quoted),
        **{name: _price(quote.get(field), field) for name, field in PRICES.items()},
        **{name: _count(quote.get(field), field) for name, field in COUNTS.items()},
        **{name: _word(quote.get(field)) for name, field in WORDS.items()},
    }


def _price(value: object, field: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{field} is not a number: {str(value)[:40]!r}")
    return float(value)


def _count(value: object, field: str) -> int | None:
    number = _price(value, field)
    if number is None:
        return None
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{field} is too large")
    return int(value) if isinstance(value, int) else int(number)


def _word(value: object) -> str | None:
    return None if value is None else str(value)
