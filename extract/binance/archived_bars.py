"""Reads a month or a day of klines out of a file of the archive, the rows that the API gives."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from extract.binance import archive_rows
from extract.binance.archive_files import unpacked
from extract.binance.archive_rows import PRICE, TEXT, VOLUME, WHOLE
from extract.binance.archives import ArchiveFile
from extract.binance.klines import kline
from extract.binance.settings import (
    BARS,
    EARLIEST_MS,
    LATEST_MS,
    LENGTHS,
    LONGEST_KLINE,
    MOST_MILLISECONDS,
    PROVIDER,
)
from extract.binance.windows import Piece, milliseconds
from extract.http import Unit
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from warehouse import clock

COLUMNS = {
    "open_time": WHOLE, "open": PRICE, "high": PRICE, "low": PRICE, "close": PRICE,
    "volume": VOLUME, "close_time": WHOLE, "quote_volume": VOLUME, "trade_count": WHOLE,
    "taker_base_volume": VOLUME, "taker_quote_volume": VOLUME, "unused": TEXT,
}  # fmt: skip


def read_bars(unit: Unit, file: ArchiveFile, piece: Piece, rejected: RejectedRows) -> pa.Table:
    """The file's bars as one table; the request that brought it answers the file's days."""
    length = LENGTHS[str(unit.item.interval)]
    most = ((piece.end - piece.start) // length + 1) * LONGEST_KLINE
    lines = archive_rows.read(unpacked(file, most), COLUMNS)
    stamps = archive_rows.milliseconds(lines.typed["open_time"])
    kept, reasons = _judged(lines.typed, stamps, piece, length)
    table = _as_landed(unit, lines.typed.filter(pa.array(kept)))
    doubtful = [(fields, "") for fields in lines.doubtful]
    doubtful += [
        ([str(value) for value in lines.typed.slice(int(place), 1).to_pylist()[0].values()], reason)
        for place, reason in reasons
    ]
    for fields, reason in doubtful:
        _reject(unit, fields, reason, length, rejected)
    unit.answered(
        table.num_rows + len(doubtful), piece.start, piece.end, detail=f"sha256 {file.sha256}"
    )
    return table


def _judged(
    typed: pa.Table, stamps: pa.ChunkedArray, piece: Piece, length: timedelta
) -> tuple[Any, list[tuple[int, str]]]:
    """Which rows are bars of this file, and of the others what alone could be wrong with them."""
    opens = stamps.to_numpy()
    given = typed["open_time"].to_numpy()
    closes = archive_rows.milliseconds(typed["close_time"]).to_numpy()
    step = length // timedelta(milliseconds=1)
    on_grid = (opens % step == 0) & ((given <= MOST_MILLISECONDS) | (given % 1000 == 0))
    whole = on_grid & (closes == opens + step - 1) & (opens >= EARLIEST_MS) & (opens < LATEST_MS)
    inside = (opens >= milliseconds(piece.start)) & (opens < milliseconds(piece.end))
    first = np.zeros(len(opens), dtype=bool)
    first[np.unique(opens, return_index=True)[1]] = True
    reasons = []
    for place in np.flatnonzero(~(whole & inside & first)):
        reason = "the open time is outside of the file's days"
        if not whole[place]:
            reason = "the open or close time is off the grid"
        elif inside[place]:
            reason = "the bar stands in the file twice"
        reasons.append((int(place), reason))
    return whole & inside & first, reasons


def _as_landed(unit: Unit, good: pa.Table) -> pa.Table:
    given = {
        "request_id": pa.repeat(unit.request_id, good.num_rows),
        "symbol": pa.repeat(unit.item.symbol, good.num_rows),
        "interval": pa.repeat(unit.item.interval, good.num_rows),
        "opened_at": _instants(good["open_time"]),
        "closed_at": _instants(good["close_time"]),
    }
    schema = arrow_schema(BARS, landed=False)
    columns = [given[name] if name in given else good[name] for name in schema.names]
    return pa.table(columns, names=schema.names).cast(schema)


def _instants(stamps: pa.ChunkedArray) -> pa.ChunkedArray:
    return archive_rows.milliseconds(stamps).cast(pa.timestamp("ms")).cast(pa.timestamp("us"))


def _reject(
    unit: Unit, fields: list[str], reason: str, length: timedelta, rejected: RejectedRows
) -> None:
    """A line that cannot be typed is told with the reason that the API's row would have."""
    if len(fields) != len(COLUMNS):
        reason = f"not a line of {len(COLUMNS)} fields"
    elif not reason:
        try:
            kline(unit, archive_rows.as_given(fields, COLUMNS), length, clock.now())
            reason = archive_rows.UNUSUAL
        except (ValueError, TypeError) as error:
            reason = str(error)
    rejected.add(unit.request_id, PROVIDER, BARS, json.dumps(fields), reason)
