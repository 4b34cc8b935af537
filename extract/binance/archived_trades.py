"""Reads a day of trades out of a file of the archive."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from extract.binance import archive_rows
from extract.binance.archive_files import unpacked
from extract.binance.archives import ArchiveFile
from extract.binance.settings import MOST_TRADES_BYTES, PROVIDER
from extract.binance.trade_kinds import TIME, Kind
from extract.binance.windows import Piece, milliseconds
from extract.http import Unit
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema


def read_trades(
    unit: Unit, file: ArchiveFile, piece: Piece, kind: Kind, rejected: RejectedRows
) -> pa.Table:
    """The file's trades as one table, their times with the microseconds that a file tells."""
    lines = archive_rows.read(unpacked(file, MOST_TRADES_BYTES), kind.columns)
    stamps = archive_rows.microseconds(lines.typed[TIME])
    at, ids = stamps.to_numpy(), lines.typed[kind.id_column].to_numpy()
    inside = (at >= milliseconds(piece.start) * 1000) & (at < milliseconds(piece.end) * 1000)
    first = np.zeros(len(ids), dtype=bool)
    first[np.unique(ids, return_index=True)[1]] = True
    for place in np.flatnonzero(~(inside & first)):
        given = [str(value) for value in lines.typed.slice(int(place), 1).to_pylist()[0].values()]
        reason = "the trade stands in the file twice"
        if not inside[place]:
            reason = "the time is outside of the file's day"
        rejected.add(unit.request_id, PROVIDER, kind.table, json.dumps(given), reason)
    for fields in lines.doubtful:
        reason = _wrong_with(fields, kind)
        rejected.add(unit.request_id, PROVIDER, kind.table, json.dumps(fields), reason)
    kept = pa.array(inside & first)
    table = _as_landed(unit, kind, lines.typed.filter(kept), stamps.filter(kept))
    received = lines.typed.num_rows + len(lines.doubtful)
    told = f"sha256 {file.sha256}, {ids_told(np.sort(ids[inside & first]).tolist())}"
    unit.answered(received, piece.start, piece.end, detail=told)
    return table


def ids_told(ids: list[int]) -> str:
    """Which ids came; they are consecutive, so what is missing between them is told."""
    if not ids:
        return "no ids"
    missing = ids[-1] - ids[0] + 1 - len(ids)
    return f"ids {ids[0]}-{ids[-1]}" + (f", {missing} missing" if missing else "")


def _as_landed(unit: Unit, kind: Kind, good: pa.Table, stamps: pa.ChunkedArray) -> pa.Table:
    given = {
        "request_id": pa.repeat(unit.request_id, good.num_rows),
        "symbol": pa.repeat(unit.item.symbol, good.num_rows),
        TIME: stamps.cast(pa.timestamp("us")),
    }
    schema = arrow_schema(kind.table, landed=False)
    columns = [given[name] if name in given else good[name] for name in schema.names]
    return pa.table(columns, names=schema.names).cast(schema)


def _wrong_with(fields: list[str], kind: Kind) -> str:
    if len(fields) != len(kind.columns):
        return f"not a line of {len(kind.columns)} fields"
    values = archive_rows.as_given(fields, kind.columns)
    try:
        kind.row(dict(zip((field for field, _ in kind.given.values()), values, strict=True)))
    except (ValueError, TypeError) as error:
        return str(error)
    return archive_rows.UNUSUAL
