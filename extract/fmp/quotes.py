"""Loads the current quotes of symbols, one call each unless the plan has batches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from extract.fmp import cells
from extract.fmp.client import StableClient
from extract.fmp.settings import BATCH_QUOTE, PROVIDER, QUOTE, SYMBOL
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from warehouse import clock

TABLE = "fmp_quotes"
PRICES = {
    "price": "price",
    "change": "change",
    "open": "open",
    "previous_close": "previousClose",
    "day_low": "dayLow",
    "day_high": "dayHigh",
    "year_low": "yearLow",
    "year_high": "yearHigh",
    "mean_price_50": "priceAvg50",
    "mean_price_200": "priceAvg200",
}
AMOUNTS = {"volume": "volume", "market_cap": "marketCap"}
# The plural is the old generation's, and was still seen in the new one.
CHANGES = ("changePercentage", "changesPercentage")


def fetch_quotes(
    unit: Unit, client: StableClient, rejected: RejectedRows, batches: bool
) -> Iterator[pa.Table]:
    """A row for each symbol that is known; the unit fails for the others once all were asked."""
    symbols = [symbol for symbol in unit.item.symbols if SYMBOL.fullmatch(symbol)]
    if not symbols:
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, "no symbol that could be known", final=True)
    missing: list[str] = []
    for asked in [symbols] if batches else [[symbol] for symbol in symbols]:
        parameters = {"symbols" if batches else "symbol": ",".join(asked)}
        try:
            answer = client.get(unit, BATCH_QUOTE if batches else QUOTE, **parameters)
        except FetchFailed as failed:
            if failed.outcome is not Outcome.UNKNOWN_SYMBOL or len(symbols) == 1:
                raise
            missing += asked
            continue
        rows, received = _rows(unit, answer, asked, rejected)
        unknown = sorted(set(asked) - {str(row["symbol"]) for row in rows})
        unit.answered(received, detail=_told(unknown) if not received or batches else None)
        missing += unknown
        if rows:
            client.heard |= {str(row["symbol"]) for row in rows}
            yield pa.Table.from_pylist(rows, schema=arrow_schema(TABLE, landed=False))
    if len(missing) == len(symbols):
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, str(_told(missing)), final=True)


def _told(unknown: list[str]) -> str | None:
    return f"no quote of {', '.join(unknown)}" if unknown else None


def _rows(
    unit: Unit, answer: list[Any], asked: list[str], rejected: RejectedRows
) -> tuple[list[dict[str, Any]], int]:
    """Typed rows by their own symbols: a batch promises neither one each nor an order."""
    rows, observed_at = [], clock.now()
    for given in answer:
        try:
            if not isinstance(given, dict) or given.get("symbol") not in asked:
                raise ValueError("a quote of nothing that was asked for")
            rows.append(
                {
                    "request_id": unit.request_id,
                    "symbol": given["symbol"],
                    "observed_at": observed_at,
                    "quoted_at": cells.instant(given, "timestamp"),
                    "name": cells.word(given, "name"),
                    "exchange": cells.word(given, "exchange"),
                    "change_percent": _change(given),
                    **{name: cells.number(given, field) for name, field in PRICES.items()},
                    **{name: cells.amount(given, field) for name, field in AMOUNTS.items()},
                }
            )
        except (ValueError, TypeError) as error:
            payload = json.dumps(given, default=str)
            rejected.add(unit.request_id, PROVIDER, TABLE, payload, str(error))
    return rows, len(answer)


def _change(given: dict[str, Any]) -> float | None:
    found = (cells.number(given, name) for name in CHANGES)
    return next((value for value in found if value is not None), None)
