"""Loads bars through yfinance's `history`, exactly as given: nulls kept, nothing adjusted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import yfinance

from extract.http import Reply, Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.work import WorkItem
from extract.yahoo.chart import Chart, read_window
from extract.yahoo.session import YahooSession
from extract.yahoo.settings import PROVIDER, SYMBOL
from warehouse import clock

TABLE = "yahoo_bars"
PRICES = {"Open": "open", "High": "high", "Low": "low", "Close": "close"}


def fetch_bars(unit: Unit, session: YahooSession, rejected: RejectedRows) -> pa.Table:
    """One window of one symbol; every row lies inside the window."""
    item = unit.item
    symbol = plain_symbol(item)
    if item.interval is None or item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "bars need an interval and a window", final=True)
    seen: list[Chart] = []
    rejections = 0

    def reject(payload: str, reason: str) -> None:
        nonlocal rejections
        rejections += 1
        rejected.add(unit.request_id, PROVIDER, TABLE, payload, reason)

    def inspect(reply: Reply) -> bytes:
        nonlocal rejections
        rejections = 0
        try:
            body, chart = read_window(reply, item, clock.now(), reject)
        except FetchFailed as failed:
            if failed.outcome is Outcome.EMPTY and rejections:
                return reply.body
            raise
        seen.append(chart)
        return body

    session.begin(inspect)
    ticker = yfinance.Ticker(symbol, session=session)
    # Known already: else yfinance spends a request on asking for it.
    ticker._tz = item.exchange_timezone
    first, last = asked_window(item)
    try:
        frame = ticker.history(
            start=first,
            end=last,
            interval=item.interval,
            auto_adjust=False,
            actions=True,
            keepna=True,
            prepost=False,
        )
    except FetchFailed:
        raise
    except Exception:
        if not rejections or seen:
            raise
        frame = None
    table = _table(frame, seen[-1], unit) if seen else empty()
    unit.answered(table.num_rows + rejections)
    return table


def empty() -> pa.Table:
    return arrow_schema(TABLE, landed=False).empty_table()


def plain_symbol(item: WorkItem) -> str:
    """Refused before it gets into an address."""
    if len(item.symbols) != 1 or not SYMBOL.fullmatch(item.symbol):
        raise FetchFailed(
            Outcome.UNKNOWN_SYMBOL, f"{item.symbol[:40]!r} cannot be a symbol of Yahoo", final=True
        )
    return item.symbol


def asked_window(item: WorkItem) -> tuple[datetime, datetime]:
    """Daily stamps lie anywhere in their local date, so whole days round the window are asked."""
    if item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "bars need a window", final=True)
    margin = timedelta(days=1) if item.interval == "1d" else timedelta()
    return (item.start - margin).replace(tzinfo=UTC), (item.end + margin).replace(tzinfo=UTC)


def _table(frame: Any, chart: Chart, unit: Unit) -> pa.Table:
    """Rows given more than once come first, so that the last given stays the last."""
    daily = unit.item.interval == "1d"
    adjusted = daily and chart.has_adjusted_close
    stamps = [chart.stamps_by_date.get(stamp.date()) if daily else None for stamp in frame.index]
    opened = [
        given or stamp.astimezone(UTC).replace(tzinfo=None).to_pydatetime()
        for given, stamp in zip(stamps, frame.index, strict=True)
    ]
    values: dict[str, list[Any]] = {name: _floats(frame[column]) for column, name in PRICES.items()}
    values |= {
        "stamped_at": opened,
        "adj_close": _floats(frame["Adj Close"] if adjusted else [None] * len(opened)),
        "volume": [
            None if stamp in chart.without_volume else int(volume)
            for stamp, volume in zip(opened, frame["Volume"], strict=True)
        ],
    }
    values = {
        name: [_given(name, row) for row in chart.repeated] + cells
        for name, cells in values.items()
    }
    count = len(values["stamped_at"])
    values |= {
        "request_id": [unit.request_id] * count,
        "symbol": [unit.item.symbol] * count,
        "interval": [unit.item.interval] * count,
        "exchange_timezone": [chart.zone_name] * count,
        "currency": [chart.currency] * count,
    }
    return pa.table(values, schema=arrow_schema(TABLE, landed=False))


def _given(name: str, row: dict[str, Any]) -> Any:
    cell = row.get("adjclose" if name == "adj_close" else name)
    return int(cell) if name == "volume" and cell is not None else cell


def _floats(series: Any) -> list[float | None]:
    """Nulls were NaN in the frame, and no given cell is NaN: those were rejected."""
    return [None if value is None or value != value else float(value) for value in series]
