"""Loads aggregates page by page, as traded, and of the minutes only those of regular hours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pyarrow as pa

from extract.http import Unit
from extract.massive import cells
from extract.massive.client import MassiveClient, Page
from extract.massive.settings import (
    BARS_PATH,
    LENGTHS,
    MOST_BASE_BARS,
    PROVIDER,
    TICKER,
    TIMESPANS,
)
from extract.massive.windows import (
    Hours,
    day_mark,
    local_date,
    local_time,
    midnight_of,
    milliseconds,
)
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock

TABLE = "massive_bars"
PRICES = {"open": "o", "high": "h", "low": "l", "close": "c"}


@dataclass(frozen=True)
class Window:
    """What is asked for: an interval of a symbol from `start` up to `end`."""

    symbol: str
    interval: str
    start: datetime
    end: datetime
    hours: Hours

    @property
    def is_daily(self) -> bool:
        return self.interval == "1d"

    @property
    def path(self) -> str:
        """Days by their dates, both included; minutes by milliseconds, both included as well."""
        multiplier, timespan = TIMESPANS[self.interval]
        first, last = str(milliseconds(self.start)), str(milliseconds(self.end) - 1)
        if self.is_daily:
            first = local_date(self.start).isoformat()
            last = local_date(self.end - timedelta(microseconds=1)).isoformat()
        return f"{BARS_PATH}/{self.symbol}/range/{multiplier}/{timespan}/{first}/{last}"

    def holds(self, stamped_at: datetime, start: datetime, end: datetime) -> bool:
        place = day_mark(stamped_at) if self.is_daily else stamped_at
        return start <= place < end

    def after(self, stamped_at: datetime) -> datetime:
        """Where the bar behind this one begins."""
        if self.is_daily:
            return midnight_of(local_date(stamped_at) + timedelta(days=1))
        return stamped_at + LENGTHS[self.interval]

    def is_whole(self, stamped_at: datetime, now: datetime) -> bool:
        if self.is_daily:
            return self.hours.close_of(local_date(stamped_at)) <= now
        return stamped_at + LENGTHS[self.interval] <= now

    def is_on_grid(self, stamped_at: datetime) -> bool:
        if self.is_daily:
            return local_time(stamped_at).time() == time()
        return not (stamped_at - cells.EPOCH) % LENGTHS[self.interval]


def fetch_bars(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    """One table a page; each page's request answers its own part of the window."""
    window = window_of(unit.item)
    asked = {"adjusted": "false", "sort": "asc", "limit": MOST_BASE_BARS}
    start = window.start
    for page in client.pages(window.path, asked):
        check(page, window)
        end = window.end if page.next_address is None else _reached(page, window, start)
        rows, received, left_out = _rows(unit, page, window, (start, end), rejected)
        detail = f"{left_out} bars outside of regular hours left out" if left_out else None
        unit.answered(received, start, end, detail)
        if rows:
            yield pa.Table.from_pylist(rows, schema=arrow_schema(TABLE, landed=False))
        start = end


def plain_ticker(item: WorkItem) -> str:
    """Refused before it gets into an address."""
    if len(item.symbols) != 1 or not TICKER.fullmatch(item.symbol):
        raise FetchFailed(
            Outcome.UNKNOWN_SYMBOL, f"{item.symbol[:40]!r} cannot be a ticker here", final=True
        )
    return item.symbol


def window_of(item: WorkItem) -> Window:
    symbol = plain_ticker(item)
    if item.interval not in TIMESPANS or item.start is None or item.end is None:
        raise FetchFailed(
            Outcome.MALFORMED, "bars need a window and one of 1m, 5m, 15m and 1d", final=True
        )
    return Window(symbol, item.interval, item.start, item.end, Hours(item.start, item.end))


def check(page: Page, window: Window) -> None:
    """Tickers are case-sensitive: AAp is a preferred share, AAP another company."""
    ticker = page.body.get("ticker", window.symbol)
    if ticker != window.symbol:
        raise FetchFailed(
            Outcome.MALFORMED, f"an answer about {ticker!r}, not {window.symbol!r}", final=True
        )


def _reached(page: Page, window: Window, start: datetime) -> datetime:
    """Where the next page begins: after the last bar that can be read, which an empty one lacks."""
    stamps = []
    for raw in page.rows:
        try:
            stamps.append(cells.milliseconds(cells.record(raw), "t"))
        except ValueError:
            continue
    reached = max((window.after(stamp) for stamp in stamps), default=start)
    return min(max(reached, start), window.end)


def _rows(
    unit: Unit,
    page: Page,
    window: Window,
    part: tuple[datetime, datetime],
    rejected: RejectedRows,
) -> tuple[list[dict[str, Any]], int, int]:
    """Typed rows of this part, how many were received of it, and how many were left out."""
    now = clock.now()
    is_adjusted = page.body.get("adjusted") is True
    rows: list[dict[str, Any]] = []
    rejections = left_out = 0
    for raw in page.rows:
        try:
            row = _row(cells.record(raw), window, now)
        except ValueError as error:
            rejections += 1
            payload = json.dumps(raw, default=str)
            rejected.add(unit.request_id, PROVIDER, TABLE, payload, str(error))
            continue
        stamped_at = row["stamped_at"]
        if not window.holds(stamped_at, *part) or not window.is_whole(stamped_at, now):
            continue
        if not window.is_daily and not window.hours.hold(stamped_at):
            left_out += 1
            continue
        rows.append(row | {"request_id": unit.request_id, "is_adjusted": is_adjusted})
    return rows, len(rows) + rejections, left_out


def _row(raw: cells.Raw, window: Window, now: datetime) -> dict[str, Any]:
    stamped_at = cells.milliseconds(raw, "t")
    if stamped_at > now:
        raise ValueError("t lies in the future")
    if not window.is_on_grid(stamped_at):
        raise ValueError("t is off the grid")
    return {
        "symbol": window.symbol,
        "interval": window.interval,
        "stamped_at": stamped_at,
        **{name: cells.price(raw, field) for name, field in PRICES.items()},
        "volume": cells.volume_or_none(raw, "v"),
        "vwap": cells.price_or_none(raw, "vw"),
        "trade_count": cells.whole_or_none(raw, "n"),
        "is_otc": cells.flag_or_none(raw, "otc") or False,
    }
