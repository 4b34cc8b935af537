"""Loads the newest trades and the best bid and ask of the moment."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from extract.binance import cells
from extract.binance.bars import plain_symbol
from extract.binance.client import MarketClient
from extract.binance.settings import MOST_TRADES, PROVIDER, SYMBOL
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from warehouse import clock

TRADES = "binance_trades"
BOOK_TICKERS = "binance_book_tickers"


def fetch_trades(unit: Unit, client: MarketClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    answer = client.get_recent_trades(symbol=plain_symbol(unit.item), limit=MOST_TRADES)
    if not isinstance(answer, list):
        raise FetchFailed(Outcome.MALFORMED, "trades are not a list")
    yield from _land(unit, answer, TRADES, _trade, rejected)


def fetch_book_tickers(
    unit: Unit, client: MarketClient, rejected: RejectedRows
) -> Iterator[pa.Table]:
    """All symbols in one call; when one of them is unknown that call fails, so then one by one."""
    symbols = [symbol for symbol in unit.item.symbols if SYMBOL.fullmatch(symbol)]
    if not symbols:
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, "no symbol that Binance could know", final=True)
    try:
        asked = json.dumps(symbols, separators=(",", ":"))
        yield from _book(unit, client.get_orderbook_ticker(symbols=asked), symbols, rejected)
        return
    except FetchFailed as failed:
        if failed.outcome is not Outcome.UNKNOWN_SYMBOL or len(symbols) == 1:
            raise
    unknown = []
    for symbol in symbols:
        try:
            answer = client.get_orderbook_ticker(symbol=symbol)
        except FetchFailed as failed:
            if failed.outcome is not Outcome.UNKNOWN_SYMBOL:
                raise
            unknown.append(symbol)
            continue
        yield from _book(unit, [answer], [symbol], rejected)
    if unknown:
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, f"unknown: {', '.join(unknown)}", final=True)


def _book(
    unit: Unit, answer: Any, symbols: list[str], rejected: RejectedRows
) -> Iterator[pa.Table]:
    observed_at = clock.now()

    def row(raw: dict[str, Any]) -> dict[str, Any]:
        if raw["symbol"] not in symbols:
            raise ValueError(f"not asked for: {raw['symbol']!r}")
        return {
            "symbol": raw["symbol"],
            "observed_at": observed_at,
            "bid_price": cells.price(raw["bidPrice"], "bid price"),
            "bid_quantity": cells.volume(raw["bidQty"], "bid quantity"),
            "ask_price": cells.price(raw["askPrice"], "ask price"),
            "ask_quantity": cells.volume(raw["askQty"], "ask quantity"),
        }

    if not isinstance(answer, list):
        raise FetchFailed(Outcome.MALFORMED, "book tickers are not a list")
    return _land(unit, answer, BOOK_TICKERS, row, rejected)


def _trade(raw: dict[str, Any]) -> dict[str, Any]:
    return {
        "trade_id": cells.whole(raw["id"], "trade id"),
        "price": cells.price(raw["price"], "price"),
        "quantity": cells.volume(raw["qty"], "quantity"),
        "quote_quantity": cells.volume(raw["quoteQty"], "quote quantity"),
        "traded_at": cells.moment(raw["time"], "time"),
        "is_buyer_maker": cells.flag(raw["isBuyerMaker"], "isBuyerMaker"),
        "is_best_match": cells.flag(raw["isBestMatch"], "isBestMatch"),
    }


def _land(
    unit: Unit,
    answer: list[Any],
    table: str,
    row_of: Callable[[dict[str, Any]], dict[str, Any]],
    rejected: RejectedRows,
) -> Iterator[pa.Table]:
    rows = []
    for raw in answer:
        try:
            rows.append({"request_id": unit.request_id, "symbol": unit.item.symbol, **row_of(raw)})
        except (ValueError, TypeError, KeyError) as error:
            reason = f"field missing: {error}" if isinstance(error, KeyError) else str(error)
            rejected.add(unit.request_id, PROVIDER, table, json.dumps(raw), reason)
    unit.answered(len(answer))
    if rows:
        yield pa.Table.from_pylist(rows, schema=arrow_schema(table, landed=False))
