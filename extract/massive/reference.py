"""Loads what Massive knows of a ticker: its record, its splits, its dividends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from extract.cells.exact import shown
from extract.http import Unit
from extract.massive import cells
from extract.massive.bars import plain_ticker
from extract.massive.client import MassiveClient
from extract.massive.rows import landed
from extract.massive.settings import DIVIDENDS_PATH, MOST_REFERENCES, SPLITS_PATH, TICKERS_PATH
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows

TICKERS = "massive_tickers"
SPLITS = "massive_splits"
DIVIDENDS = "massive_dividends"


def fetch_splits(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    yield from _listed(unit, client, rejected, SPLITS, SPLITS_PATH, "execution_date", _split)


def fetch_dividends(
    unit: Unit, client: MassiveClient, rejected: RejectedRows
) -> Iterator[pa.Table]:
    yield from _listed(
        unit, client, rejected, DIVIDENDS, DIVIDENDS_PATH, "ex_dividend_date", _dividend
    )


def fetch_tickers(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    """Active ones are told by default, so a ticker that is none of them is asked for again."""
    symbol = plain_ticker(unit.item)
    for active in ("true", "false"):
        asked = {"ticker": symbol, "active": active, "limit": MOST_REFERENCES}
        found = False
        for page in client.pages(TICKERS_PATH, asked):
            if page.rows:
                found = True
                row_of = _about(symbol, _ticker)
                yield from landed(unit, page.rows, TICKERS, {"symbol": symbol}, row_of, rejected)
        if found:
            return
    raise FetchFailed(Outcome.UNKNOWN_SYMBOL, f"no ticker {symbol!r}", final=True)


def _listed(
    unit: Unit,
    client: MassiveClient,
    rejected: RejectedRows,
    table: str,
    path: str,
    sort: str,
    row_of: Callable[[cells.Raw], dict[str, Any]],
) -> Iterator[pa.Table]:
    symbol = plain_ticker(unit.item)
    asked = {"ticker": symbol, "order": "asc", "sort": sort, "limit": MOST_REFERENCES}
    for page in client.pages(path, asked):
        yield from landed(
            unit, page.rows, table, {"symbol": symbol}, _about(symbol, row_of), rejected
        )


def _about(
    symbol: str, row_of: Callable[[cells.Raw], dict[str, Any]]
) -> Callable[[cells.Raw], dict[str, Any]]:
    """Tickers are case-sensitive, and a filter that was not heeded brings everybody's rows."""

    def read(raw: cells.Raw) -> dict[str, Any]:
        if raw.get("ticker") != symbol:
            raise ValueError(f"not asked for: {shown(raw.get('ticker'))}")
        return row_of(raw)

    return read


def _split(raw: cells.Raw) -> dict[str, Any]:
    found = {
        "split_id": cells.word_or_none(raw, "id"),
        "execution_date": cells.day(raw, "execution_date"),
        "split_from": cells.price(raw, "split_from"),
        "split_to": cells.price(raw, "split_to"),
    }
    if not found["split_from"] or not found["split_to"]:
        raise ValueError("a split of nothing")
    return found


def _dividend(raw: cells.Raw) -> dict[str, Any]:
    return {
        "dividend_id": cells.word_or_none(raw, "id"),
        "cash_amount": cells.price(raw, "cash_amount"),
        "currency": cells.word_or_none(raw, "currency"),
        "declared_date": cells.day_or_none(raw, "declaration_date"),
        "ex_date": cells.day(raw, "ex_dividend_date"),
        "record_date": cells.day_or_none(raw, "record_date"),
        "pay_date": cells.day_or_none(raw, "pay_date"),
        "frequency": cells.small_or_none(raw, "frequency"),
        "dividend_type": cells.word_or_none(raw, "dividend_type"),
    }


def _ticker(raw: cells.Raw) -> dict[str, Any]:
    currency = "currency_name" if raw.get("currency_name") else "currency_symbol"
    return {
        "name": cells.word_or_none(raw, "name"),
        "market": cells.word_or_none(raw, "market"),
        "locale": cells.word_or_none(raw, "locale"),
        "primary_exchange": cells.word_or_none(raw, "primary_exchange"),
        "ticker_type": cells.word_or_none(raw, "type"),
        "is_active": cells.flag_or_none(raw, "active"),
        "currency": cells.word_or_none(raw, currency),
        "cik": cells.word_or_none(raw, "cik"),
        "composite_figi": cells.word_or_none(raw, "composite_figi"),
        "share_class_figi": cells.word_or_none(raw, "share_class_figi"),
        "delisted_at": cells.moment_or_none(raw, "delisted_utc"),
        "updated_at": cells.moment_or_none(raw, "last_updated_utc"),
    }
