"""Loads all splits and dividends of a symbol, a call each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from extract.fmp import cells
from extract.fmp.client import StableClient, plain_symbol
from extract.fmp.settings import DIVIDENDS, PROVIDER, SPLITS
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema

SPLIT_TABLE = "fmp_splits"
DIVIDEND_TABLE = "fmp_dividends"
DATES = {
    "declaration_date": "declarationDate",
    "record_date": "recordDate",
    "pay_date": "paymentDate",
}


def fetch_actions(
    unit: Unit, client: StableClient, rejected: RejectedRows
) -> Iterator[tuple[str, pa.Table]]:
    """Splits, then dividends. None at all is an answer: many stocks pay nothing and never split."""
    symbol = plain_symbol(unit.item)
    for table, path, event in (
        (SPLIT_TABLE, SPLITS, _split),
        (DIVIDEND_TABLE, DIVIDENDS, _dividend),
    ):
        answer = client.get(unit, path, symbol=symbol)
        rows = _rows(unit, answer, table, event, rejected)
        unit.answered(len(answer))
        if rows:
            yield table, pa.Table.from_pylist(rows, schema=arrow_schema(table, landed=False))


def _rows(
    unit: Unit,
    answer: list[Any],
    table: str,
    event: Callable[[dict[str, Any]], dict[str, Any]],
    rejected: RejectedRows,
) -> list[dict[str, Any]]:
    symbol, rows = unit.item.symbol, []
    for given in answer:
        if isinstance(given, dict) and given.get("symbol", symbol) != symbol:
            raise FetchFailed(
                Outcome.MALFORMED, f"an answer about {str(given['symbol'])[:40]!r}", final=True
            )
        try:
            if not isinstance(given, dict):
                raise ValueError("an event is no object")
            rows.append({"request_id": unit.request_id, "symbol": symbol, **event(given)})
        except (ValueError, TypeError) as error:
            payload = json.dumps(given, default=str)
            rejected.add(unit.request_id, PROVIDER, table, payload, str(error))
    return rows


def _split(given: dict[str, Any]) -> dict[str, Any]:
    numerator, denominator = (cells.number(given, name) for name in ("numerator", "denominator"))
    if not numerator or not denominator or numerator < 0 or denominator < 0:
        raise ValueError("a split of nothing")
    return {
        "ex_date": cells.day(given.get("date")),
        "numerator": numerator,
        "denominator": denominator,
    }


def _dividend(given: dict[str, Any]) -> dict[str, Any]:
    adjusted = cells.amount(given, "adjDividend")
    if adjusted is None:
        raise ValueError("adjDividend is missing")
    return {
        "ex_date": cells.day(given.get("date")),
        "amount_adjusted": adjusted,
        "amount": cells.amount(given, "dividend"),
        "frequency": cells.word(given, "frequency"),
        **{name: _day_or_none(given.get(field)) for name, field in DATES.items()},
    }


def _day_or_none(value: object) -> Any:
    """Declared and paid dates are blank for older dividends."""
    return cells.day(value) if value else None
