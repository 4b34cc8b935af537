"""Loads bars window by window, finding answers that were cut without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from extract.fmp import cells, silence
from extract.fmp.client import StableClient, plain_symbol
from extract.fmp.settings import CHART, CHARTS, DAYS, MOST_CALLS, PROVIDER, ZONE_NAME
from extract.fmp.trading import Calendars, Window
from extract.fmp.windows import DAY, evening, local_day, settled_end
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock

TABLE = "fmp_bars"
PRICES = ("open", "high", "low", "close")


@dataclass
class Answer:
    """What one call brought: stamps of all its bars, rows inside the window, rows set aside."""

    stamps: list[datetime] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejections: int = 0


def fetch_bars(
    unit: Unit, client: StableClient, rejected: RejectedRows, calendars: Calendars
) -> Iterator[pa.Table]:
    """One table a call; each call's request answers its own part of the window.

    A cut answer keeps its newest rows, so the part before its oldest one is asked for again.
    """
    item = unit.item
    symbol = plain_symbol(item)
    start, end = window_of(item)
    waiting, spoke = [calendars.window(symbol, start, end)], False
    while waiting:
        window = waiting.pop()
        if len(unit.calls) >= MOST_CALLS:
            raise FetchFailed(Outcome.MALFORMED, f"still cut after {MOST_CALLS} calls", final=True)
        raw = _ask(unit, client, symbol, window)
        if not raw:
            silence.judge(unit, client, window, after_newer=spoke)
            continue
        spoke = True
        client.heard.add(symbol)
        answer = _read(unit, raw, window, rejected)
        cut = _cut_at(answer, window, item.interval == "1d")
        answer.rows = [row for row in answer.rows if cut is None or row["stamped_at"] >= cut]
        received = len(answer.rows) + answer.rejections
        if cut is None or cut < window.end:
            unit.answered(received, cut or window.start, window.end, _told(cut))
        else:
            unit.calls[-1].row_count, unit.calls[-1].detail = received, _told(cut)
        if answer.rows:
            yield pa.Table.from_pylist(answer.rows, schema=arrow_schema(TABLE, landed=False))
        if cut is not None:
            rest = window.until(cut)
            waiting += [rest] if item.interval == "1d" else rest.halves()


def window_of(item: WorkItem) -> tuple[datetime, datetime]:
    """What may be asked of the item's window now: a fresh bar still changes."""
    if item.interval not in (*CHARTS, "1d") or item.start is None or item.end is None:
        raise FetchFailed(Outcome.MALFORMED, "bars need an interval and a window", final=True)
    if item.interval != "1d" and item.exchange_timezone != ZONE_NAME:
        raise FetchFailed(
            Outcome.OUT_OF_RANGE,
            f"which clock stamps bars of {item.exchange_timezone} is not known",
            final=True,
        )
    end = settled_end(item.interval, item.start, item.end, clock.now())
    if end <= item.start:
        raise FetchFailed(Outcome.UNAVAILABLE, "its bars have not settled yet", final=True)
    return item.start, end


def _ask(unit: Unit, client: StableClient, symbol: str, window: Window) -> list[Any]:
    interval = str(unit.item.interval)
    path = CHART + CHARTS[interval] if interval in CHARTS else DAYS
    first, last = (day.isoformat() for day in window.days)
    return client.get(unit, path, symbol=symbol, **{"from": first, "to": last})


def _read(unit: Unit, raw: list[Any], window: Window, rejected: RejectedRows) -> Answer:
    """Rows in the order of their stamps; of one stamp's the last given stays the last."""
    answer = Answer()
    for given in raw:
        try:
            stamped_at = _stamp(unit.item, given)
            if unit.item.interval != "1d" and window.is_beside_session(stamped_at):
                continue
            answer.stamps.append(stamped_at)
            if window.holds(stamped_at):
                answer.rows.append(_row(unit, given, stamped_at))
        except (ValueError, TypeError, AttributeError) as error:
            answer.rejections += 1
            payload = json.dumps(given, default=str)
            rejected.add(unit.request_id, PROVIDER, TABLE, payload, str(error))
    answer.rows.sort(key=lambda row: row["stamped_at"])
    return answer


def _cut_at(answer: Answer, window: Window, daily: bool) -> datetime | None:
    """Where the answer begins when it does not reach the window's first session; else None.

    One day cannot be asked for in parts: a hole at its beginning is the gap ledger's.
    """
    first_day, last_day = window.days
    if not answer.stamps or not window.sessions or first_day == last_day:
        return None
    oldest, first = min(answer.stamps), window.sessions[0]
    if daily:
        return evening(local_day(oldest) - DAY) if oldest > first.closes_at else None
    return oldest if oldest > max(first.opens_at, window.start) else None


def _told(cut: datetime | None) -> str | None:
    return f"cut: begins at {cut:%Y-%m-%d %H:%M} UTC" if cut else None


def _stamp(item: WorkItem, given: dict[str, Any]) -> datetime:
    if not isinstance(given, dict):
        raise ValueError("a bar is no object")
    if given.get("symbol", item.symbol) != item.symbol:
        raise FetchFailed(
            Outcome.MALFORMED, f"an answer about {str(given['symbol'])[:40]!r}", final=True
        )
    if item.interval == "1d":
        stamped_at = cells.noon(cells.day(given.get("date")))
    else:
        stamped_at = cells.opening(given.get("date"))
    if stamped_at > clock.now() + timedelta(days=1):
        raise ValueError("the stamp lies in the future")
    return stamped_at


def _row(unit: Unit, given: dict[str, Any], stamped_at: datetime) -> dict[str, Any]:
    is_day = unit.item.interval == "1d"
    return {
        "request_id": unit.request_id,
        "symbol": unit.item.symbol,
        "interval": unit.item.interval,
        "stamped_at": stamped_at,
        "bar_date": cells.day(given["date"]) if is_day else None,
        **{name: cells.price(given, name) for name in PRICES},
        "volume": cells.amount(given, "volume"),
        "change_since_open": cells.number(given, "change"),
        "change_since_open_percent": cells.number(given, "changePercent"),
        "mean_price": cells.number(given, "vwap"),
    }
