"""Trades and aggregate trades: what the API and the archive call their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from extract.binance import cells
from extract.binance.archive_rows import FLAG, PRICE, VOLUME, WHOLE
from extract.binance.settings import AGG_TRADES, TRADES

TIME = "traded_at"
READERS: dict[pa.DataType, Callable[[object, str], Any]] = {
    PRICE: cells.price,
    VOLUME: cells.volume,
    WHOLE: cells.whole,
    FLAG: cells.flag,
}


@dataclass(frozen=True)
class Kind:
    """`given` names the API's field of each raw column, in the order of the archive's files."""

    table: str
    folder: str
    given: Mapping[str, tuple[str, pa.DataType]]

    @property
    def id_column(self) -> str:
        return next(iter(self.given))

    @property
    def id_field(self) -> str:
        return self.given[self.id_column][0]

    @property
    def time_field(self) -> str:
        return self.given[TIME][0]

    @property
    def columns(self) -> dict[str, pa.DataType]:
        return {column: kind for column, (_, kind) in self.given.items()}

    def row(self, raw: dict[str, Any]) -> dict[str, Any]:
        return {
            column: cells.moment(raw[field], "time")
            if column == TIME
            else READERS[kind](raw[field], column.replace("_", " "))
            for column, (field, kind) in self.given.items()
        }


SINGLE = Kind(
    TRADES,
    "trades",
    {
        "trade_id": ("id", WHOLE),
        "price": ("price", PRICE),
        "quantity": ("qty", VOLUME),
        "quote_quantity": ("quoteQty", VOLUME),
        TIME: ("time", WHOLE),
        "is_buyer_maker": ("isBuyerMaker", FLAG),
        "is_best_match": ("isBestMatch", FLAG),
    },
)
AGGREGATE = Kind(
    AGG_TRADES,
    "aggTrades",
    {
        "agg_trade_id": ("a", WHOLE),
        "price": ("p", PRICE),
        "quantity": ("q", VOLUME),
        "first_trade_id": ("f", WHOLE),
        "last_trade_id": ("l", WHOLE),
        TIME: ("T", WHOLE),
        "is_buyer_maker": ("m", FLAG),
        "is_best_match": ("M", FLAG),
    },
)
