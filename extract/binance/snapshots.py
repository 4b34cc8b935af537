"""Loads what holds at the moment: best bid and ask, the last 24 hours, the state of symbols."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pyarrow as pa

from extract.binance import cells
from extract.binance.client import MarketClient
from extract.binance.information import symbol_row, vanished
from extract.binance.settings import BOOK_TICKERS, PROVIDER, SYMBOL, SYMBOLS, TICKERS
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from warehouse import clock

Row = dict[str, Any]
TICKER_PRICES = {
    "price_change": "priceChange",
    # In percent, so it is held like a price: exact, with its sign.
    "price_change_percent": "priceChangePercent",
    "weighted_average_price": "weightedAvgPrice",
    "previous_close_price": "prevClosePrice",
    "last_price": "lastPrice",
    "bid_price": "bidPrice",
    "ask_price": "askPrice",
    "open_price": "openPrice",
    "high_price": "highPrice",
    "low_price": "lowPrice",
}
TICKER_VOLUMES = {
    "last_quantity": "lastQty",
    "bid_quantity": "bidQty",
    "ask_quantity": "askQty",
    "volume": "volume",
    "quote_volume": "quoteVolume",
}
TICKER_NUMBERS = {"first_trade_id": "firstId", "last_trade_id": "lastId", "trade_count": "count"}


def fetch_book_tickers(
    unit: Unit, client: MarketClient, rejected: RejectedRows
) -> Iterator[pa.Table]:
    yield from _batched(unit, client.get_orderbook_ticker, BOOK_TICKERS, _book, rejected)


def fetch_tickers(unit: Unit, client: MarketClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    yield from _batched(unit, client.get_ticker, TICKERS, _ticker, rejected)


def fetch_symbols(unit: Unit, client: MarketClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    """One call for all symbols of the exchange: what is not among them has vanished."""
    answer = client.get_exchange_info()
    found = answer.get("symbols") if isinstance(answer, dict) else None
    if not isinstance(found, list):
        raise FetchFailed(Outcome.MALFORMED, "exchange information without a list of symbols")
    wanted = set(unit.item.symbols)
    own = [one for one in found if isinstance(one, dict) and one.get("symbol") in wanted]
    gone = sorted(wanted - {one["symbol"] for one in own})
    observed_at = clock.now()
    yield from land(
        unit,
        [*own, *map(vanished, gone)],
        SYMBOLS,
        lambda raw: {"observed_at": observed_at, **symbol_row(raw)},
        rejected,
        f"not listed: {', '.join(gone)}" if gone else None,
    )


def _batched(
    unit: Unit,
    ask: Callable[..., Any],
    table: str,
    row_of: Callable[[Row], Row],
    rejected: RejectedRows,
) -> Iterator[pa.Table]:
    """All symbols in one call; when one of them is unknown that call fails, so then one by one."""
    symbols = [symbol for symbol in unit.item.symbols if SYMBOL.fullmatch(symbol)]
    if not symbols:
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, "no symbol that Binance could know", final=True)

    def landed(answer: Any, asked: list[str]) -> Iterator[pa.Table]:
        observed_at = clock.now()

        def row(raw: Row) -> Row:
            if raw["symbol"] not in asked:
                raise ValueError(f"not asked for: {raw['symbol']!r}")
            return {"symbol": raw["symbol"], "observed_at": observed_at, **row_of(raw)}

        return land(unit, answer, table, row, rejected)

    try:
        yield from landed(ask(symbols=json.dumps(symbols, separators=(",", ":"))), symbols)
        return
    except FetchFailed as failed:
        if failed.outcome is not Outcome.UNKNOWN_SYMBOL or len(symbols) == 1:
            raise
    unknown = []
    for symbol in symbols:
        try:
            answer = ask(symbol=symbol)
        except FetchFailed as failed:
            if failed.outcome is not Outcome.UNKNOWN_SYMBOL:
                raise
            unknown.append(symbol)
            continue
        yield from landed([answer], [symbol])
    if unknown:
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, f"unknown: {', '.join(unknown)}", final=True)


def _book(raw: Row) -> Row:
    return {
        "bid_price": cells.price(raw["bidPrice"], "bid price"),
        "bid_quantity": cells.volume(raw["bidQty"], "bid quantity"),
        "ask_price": cells.price(raw["askPrice"], "ask price"),
        "ask_quantity": cells.volume(raw["askQty"], "ask quantity"),
    }


def _ticker(raw: Row) -> Row:
    return {
        **{name: cells.price(raw[given], given) for name, given in TICKER_PRICES.items()},
        **{name: cells.volume(raw[given], given) for name, given in TICKER_VOLUMES.items()},
        **{name: cells.whole(raw[given], given) for name, given in TICKER_NUMBERS.items()},
        "opened_at": cells.moment(raw["openTime"], "openTime"),
        "closed_at": cells.moment(raw["closeTime"], "closeTime"),
    }


def land(
    unit: Unit,
    answer: Any,
    table: str,
    row_of: Callable[[Row], Row],
    rejected: RejectedRows,
    detail: str | None = None,
    window: tuple[datetime, datetime] | None = None,
) -> Iterator[pa.Table]:
    """The rows that can be typed; the others are told with their text and the reason."""
    if not isinstance(answer, list):
        raise FetchFailed(Outcome.MALFORMED, f"{table} are not a list")
    rows = []
    for raw in answer:
        try:
            rows.append({"request_id": unit.request_id, "symbol": unit.item.symbol, **row_of(raw)})
        except (ValueError, TypeError, KeyError) as error:
            reason = f"field missing: {error}" if isinstance(error, KeyError) else str(error)
            rejected.add(unit.request_id, PROVIDER, table, json.dumps(raw), reason)
    start, end = window or (None, None)
    unit.answered(len(answer), start, end, detail)
    if rows:
        yield pa.Table.from_pylist(rows, schema=arrow_schema(table, landed=False))
