"""Reads a chart answer before yfinance does: only rows of the window, bad cells set aside."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from extract.http import Reply
from extract.outcomes import FetchFailed, Outcome
from extract.work import WorkItem
from extract.yahoo.settings import DAY_MARK, GRID_SECONDS

PRICES = ("open", "high", "low", "close")
LARGEST_VOLUME = 2**63 - 1
EARLIEST = datetime(1900, 1, 1)
Reject = Callable[[str, str], None]


@dataclass
class Chart:
    """What yfinance's frame does not tell: stamps as given, the zone, the currency."""

    zone: ZoneInfo
    currency: str | None
    has_adjusted_close: bool
    stamps_by_date: dict[date, datetime] = field(default_factory=dict)
    without_volume: set[datetime | None] = field(default_factory=set)
    repeated: list[dict[str, Any]] = field(default_factory=list)

    @property
    def zone_name(self) -> str:
        return self.zone.key


def chart_result(reply: Reply, symbol: str) -> dict[str, Any]:
    """The one result of an answer, which must be about the symbol that was asked for."""
    results = reply.parsed()["chart"]["result"]
    if len(results) != 1 or not isinstance(results[0], dict):
        raise FetchFailed(Outcome.MALFORMED, f"{len(results)} results for one symbol")
    result: dict[str, Any] = results[0]
    meta = result.get("meta")
    if not isinstance(meta, dict) or not isinstance(meta.get("exchangeTimezoneName"), str):
        raise FetchFailed(Outcome.MALFORMED, "no exchange time zone in the answer")
    if str(meta.get("symbol", "")).upper() != symbol.upper():
        raise FetchFailed(
            Outcome.MALFORMED, f"an answer about {meta.get('symbol')!r}, not {symbol!r}", final=True
        )
    return result


def zone_of(result: dict[str, Any]) -> ZoneInfo:
    name = result["meta"]["exchangeTimezoneName"]
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise FetchFailed(Outcome.MALFORMED, f"unknown time zone {name!r}", final=True) from None


def read_window(reply: Reply, item: WorkItem, now: datetime, reject: Reject) -> tuple[bytes, Chart]:
    """The body with only the good rows of the window, and what else it says."""
    result = chart_result(reply, item.symbol)
    columns = _columns(result)
    chart = Chart(zone_of(result), result["meta"].get("currency"), "adjclose" in columns)
    keep = [
        index
        for index, stamp in enumerate(result.get("timestamp") or [])
        if _wanted(index, stamp, columns, chart, item, now, reject)
    ]
    if not keep:
        raise FetchFailed(Outcome.EMPTY, "no bar in this window")
    # Of rows with one stamp yfinance would drop all but one unseen; the last given goes through it.
    last = {result["timestamp"][index]: index for index in keep}
    chart.repeated = [
        {"stamped_at": _instant(result["timestamp"][index])}
        | {name: cells[index] for name, cells in columns.items()}
        for index in keep
        if last[result["timestamp"][index]] != index
    ]
    keep = sorted(last.values())
    chart.without_volume = {
        _instant(result["timestamp"][index]) for index in keep if columns["volume"][index] is None
    }
    result["timestamp"] = [result["timestamp"][index] for index in keep]
    for name, cells in columns.items():
        holder = result["indicators"]["adjclose" if name == "adjclose" else "quote"][0]
        holder[name] = [cells[index] for index in keep]
    _keep_last_minute(result["meta"].get("tradingPeriods"))
    # Events are landed by their own work unit, and merging them can only disturb the bars.
    result.pop("events", None)
    return json.dumps(reply.parsed()).encode(), chart


def _keep_last_minute(periods: Any) -> None:
    """Round-the-clock markets are said to end at 23:59, where yfinance would cut the last bar."""
    for day in periods if isinstance(periods, list) else []:
        for period in day:
            if period["end"] % 3600 == 3540:
                period["end"] += 60


def _columns(result: dict[str, Any]) -> dict[str, list[Any]]:
    stamps = result.get("timestamp")
    if stamps is None:
        raise FetchFailed(Outcome.EMPTY, "no bar in this window")
    try:
        quote = result["indicators"]["quote"][0]
        columns = {name: quote[name] for name in (*PRICES, "volume")}
        if "adjclose" in result["indicators"]:
            columns["adjclose"] = result["indicators"]["adjclose"][0]["adjclose"]
    except (KeyError, IndexError, TypeError) as error:
        raise FetchFailed(Outcome.MALFORMED, f"field missing from the answer: {error}") from None
    for name, cells in columns.items():
        if not isinstance(cells, list) or len(cells) != len(stamps):
            raise FetchFailed(Outcome.MALFORMED, f"{name} does not go with the stamps")
    return columns


def _wanted(
    index: int,
    stamp: object,
    columns: dict[str, list[Any]],
    chart: Chart,
    item: WorkItem,
    now: datetime,
    reject: Reject,
) -> bool:
    row = {name: cells[index] for name, cells in columns.items()}
    opened_at = _instant(stamp)
    problem = None
    if opened_at is None:
        problem = "the stamp is not a time in seconds"
    elif opened_at > now + timedelta(days=1):
        problem = "the stamp lies in the future"
    elif not in_window(opened_at, item, chart.zone) or _is_live(index, columns, opened_at, item):
        return False
    else:
        problem = _off_grid(opened_at, item) or _bad_cell(row)
    if problem is not None or opened_at is None:
        reject(json.dumps({"timestamp": stamp, **row}, default=str), problem or "")
        return False
    day = local_date(opened_at, chart.zone)
    if _local(opened_at, chart.zone).date() == day:
        chart.stamps_by_date[day] = opened_at
    return True


def _instant(stamp: object) -> datetime | None:
    if isinstance(stamp, bool) or not isinstance(stamp, int):
        return None
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=stamp)
    except OverflowError:
        return None
    return moment if moment >= EARLIEST else None


def in_window(opened_at: datetime, item: WorkItem, zone: ZoneInfo) -> bool:
    if item.start is None or item.end is None:
        return True
    if item.interval != "1d":
        return item.start <= opened_at < item.end
    return item.start <= day_mark(opened_at, zone) < item.end


def day_mark(opened_at: datetime, zone: ZoneInfo) -> datetime:
    """An hour of the bar's local date at which its session is open, in UTC."""
    midnight = datetime.combine(local_date(opened_at, zone), time(), zone)
    return (midnight + DAY_MARK).astimezone(UTC).replace(tzinfo=None)


def local_date(opened_at: datetime, zone: ZoneInfo) -> date:
    """Some zones' midnights are stamped an hour or two early (Brazil), as yfinance knows too."""
    local = _local(opened_at, zone)
    early = local.minute == 0 and local.hour in (22, 23)
    return local.date() + timedelta(days=1) if early else local.date()


def _local(opened_at: datetime, zone: ZoneInfo) -> datetime:
    return opened_at.replace(tzinfo=UTC).astimezone(zone)


def _is_live(
    index: int, columns: dict[str, list[Any]], opened_at: datetime, item: WorkItem
) -> bool:
    """The last element during trading: the newest price at its own second, no bar of the grid."""
    return (
        index == len(columns["close"]) - 1
        and _off_grid(opened_at, item) is not None
        and not columns["volume"][index]
        and len({columns[name][index] for name in PRICES}) == 1
    )


def _off_grid(opened_at: datetime, item: WorkItem) -> str | None:
    seconds = GRID_SECONDS.get(item.interval or "")
    if seconds and int((opened_at - datetime(1970, 1, 1)).total_seconds()) % seconds:
        return "the stamp is off the grid"
    return None


def _bad_cell(row: dict[str, Any]) -> str | None:
    for name, cell in row.items():
        if cell is None:
            continue
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return f"{name} is not a number: {str(cell)[:40]!r}"
        if not math.isfinite(cell):
            return f"{name} is not finite"
    volume = row["volume"]
    if volume is not None and (volume != int(volume) or not 0 <= volume <= LARGEST_VOLUME):
        return f"volume is not a whole number from 0 to {LARGEST_VOLUME}"
    return None
