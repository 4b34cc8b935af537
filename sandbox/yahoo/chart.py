"""Yahoo's chart endpoint: bars and events of one symbol, with the shapes that break parsers."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from sandbox.answers import Answer
from sandbox.market import date_of
from sandbox.sessions import Ints
from sandbox.yahoo import errors
from sandbox.yahoo.meta import chart_meta, extended_hours, trading_periods
from sandbox.yahoo.prices import View

DAY = 86_400
SPAN_DAYS = {"1m": 8}
AGE_DAYS = {"1m": 30, "60m": 730, "1h": 730, "4h": 730}
SHORT_AGE_DAYS = 60
RANGE_DAYS = {
    "1mo": 30, "3mo": 91, "6mo": 182, "1y": 365, "2y": 730, "5y": 1826, "10y": 3652,
}  # fmt: skip
NAMES = ("open", "high", "low", "close", "volume")
EVENT_NAMES = {"div": "dividends", "split": "splits", "splits": "splits"}
LIVE_ROW_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Window:
    start: int
    end: int
    interval: str
    range: str
    sides: bool
    events: frozenset[str]

    @property
    def intraday(self) -> bool:
        return self.interval in errors.INTERVALS


def chart(view: View, query: dict[str, str], limits: bool) -> Answer:
    window = read_window(view, query)
    if isinstance(window, Answer):
        return window
    refused = check_window(view, window) if limits else None
    if refused is not None:
        return refused
    if window.end < int(view.stamps[0]):
        return errors.no_data(window.start, window.end)
    return Answer({"chart": {"result": [_result(view, window)], "error": None}})


def read_window(view: View, query: dict[str, str]) -> Window | Answer:
    interval = query.get("interval", "1d")
    if interval not in errors.INTERVALS and interval not in errors.LONG_INTERVALS:
        return errors.bad_interval(interval)
    sides = query.get("includePrePost", "false").lower() == "true"
    asked = query.get("events", "").replace("|", ",").split(",")
    events = frozenset(EVENT_NAMES[name] for name in asked if name in EVENT_NAMES)
    if "period1" in query or "period2" in query:
        try:
            start = int(query.get("period1", 0))
            end = int(query.get("period2", view.now))
        except ValueError:
            text = "Invalid input - period1 and period2 must be integers"
            return errors.refusal(400, "Bad Request", text)
        if start > end:
            return errors.bad_order(start, end)
        return Window(start, end, interval, "", sides, events)
    range_ = query.get("range", "1d")
    if range_ not in errors.RANGES:
        return errors.bad_range(range_)
    return Window(_range_start(view, range_), view.now, interval, range_, sides, events)


def _range_start(view: View, range_: str) -> int:
    session = view.market.session_index(view.listing, view.now)
    if range_ == "max" or session < 0:
        return int(view.stamps[0])
    if range_ in ("1d", "5d"):
        first = max(session + 1 - int(range_[:-1]), 0)
        return min(int(view.days.opens_at[first]) * 60, int(view.stamps[first]))
    if range_ == "ytd":
        first_day = date(view.today.year, 1, 1)
    else:
        first_day = view.today - timedelta(days=RANGE_DAYS[range_])
    midnight = datetime(first_day.year, first_day.month, first_day.day, tzinfo=view.zone)
    return int(midnight.timestamp())


def check_window(view: View, window: Window) -> Answer | None:
    if not window.intraday or window.range in ("1d", "5d"):
        return None
    span = SPAN_DAYS.get(window.interval)
    if span is not None and window.end - window.start > span * DAY:
        return errors.too_wide(window.interval, window.start, window.end, span)
    age = AGE_DAYS.get(window.interval, SHORT_AGE_DAYS)
    if RANGE_DAYS.get(window.range, age + 1) <= age:
        return None
    if window.start <= view.now - age * DAY:
        return errors.too_old(window.interval, window.start, window.end, age)
    return None


def _result(view: View, window: Window) -> dict[str, Any]:
    stamps, columns = _intraday(view, window) if window.intraday else _daily(view, window)
    stamps, columns = _with_holes(view, window, stamps, columns)
    first = _session_at(view, stamps[0] if stamps else window.start)
    previous = view.close_before(first) if first > 0 else None
    meta = chart_meta(view, window.interval, window.range, previous)
    if window.intraday:
        _add_intraday_meta(view, window, meta)
    quote = {name: columns[name] for name in NAMES} if stamps else {}
    result: dict[str, Any] = {"meta": meta}
    if stamps:
        result["timestamp"] = stamps
    events = _events(view, window)
    if events:
        result["events"] = events
    result["indicators"] = {"quote": [quote]}
    if not window.intraday:
        adjusted = {"adjclose": columns["adjclose"]} if stamps else {}
        result["indicators"]["adjclose"] = [adjusted]
    return result


def _with_holes(
    view: View, window: Window, stamps: list[int], columns: dict[str, list[Any]]
) -> tuple[list[int], dict[str, list[Any]]]:
    """Without the bars that the provider has lost for a while, or with nulls in their place."""
    for hole in view.market.events.lapses.holes(view.listing, window.interval, view.now):
        lost = [hole.start <= stamp < hole.until for stamp in stamps]
        if hole.as_null:
            columns = {
                name: [None if gone else one for gone, one in zip(lost, values, strict=True)]
                for name, values in columns.items()
            }
            continue
        kept = [place for place, gone in enumerate(lost) if not gone]
        stamps = [stamps[place] for place in kept]
        columns = {name: [values[place] for place in kept] for name, values in columns.items()}
    return stamps, columns


def _add_intraday_meta(view: View, window: Window, meta: dict[str, Any]) -> None:
    if view.last is not None and view.last.session > 0:
        meta["previousClose"] = view.rounded(view.close_before(view.last.session))
    meta["scale"] = 3
    periods = trading_periods(view, window.start, window.end, window.sides)
    if periods is not None:
        meta["tradingPeriods"] = periods


def _session_at(view: View, at: int) -> int:
    return max(int(np.searchsorted(view.stamps, at, side="right")) - 1, 0)


def _events(view: View, window: Window) -> dict[str, Any]:
    """Keyed by the stamp of the day's bar. Only the kinds that were named, and only when any."""
    found: dict[str, Any] = {}
    if "dividends" in window.events:
        paid = {}
        for ex_date, amount, _ in view.dividends:
            stamp = view.stamp_of(ex_date)
            if window.start <= stamp <= window.end:
                paid[str(stamp)] = {"amount": amount, "date": stamp}
        if paid:
            found["dividends"] = paid
    if "splits" in window.events:
        made = {}
        for split in view.splits:
            if split.ex_date < date_of(int(view.days.dates[0])):
                continue
            stamp = view.stamp_of(split.ex_date)
            if window.start <= stamp <= window.end:
                made[str(stamp)] = {
                    "date": stamp,
                    "numerator": split.numerator,
                    "denominator": split.denominator,
                    "splitRatio": f"{split.numerator}:{split.denominator}",
                }
        if made:
            found["splits"] = made
    return found


def _daily(view: View, window: Window) -> tuple[list[int], dict[str, list[Any]]]:
    begun = view.market.session_index(view.listing, view.now)
    stamps = view.stamps
    first = int(np.searchsorted(stamps, window.start, side="left"))
    last = min(int(np.searchsorted(stamps, window.end, side="right")) - 1, begun)
    if view.last and view.last.trading and last == begun:
        # A futures session opens the evening before; until its own date begins it has no row.
        last -= date_of(int(view.days.dates[begun])) > view.today
    if last < first:
        return [], {}
    columns = {name: found.tolist() for name, found in view.daily(first, last).items()}
    if window.interval != "1d":
        return _coarser(view, window.interval, stamps[first : last + 1], columns)
    found = [int(stamp) for stamp in stamps[first : last + 1]]
    live = view.last
    if live is not None and last == live.session and live.at <= window.end:
        if live.trading:
            found[-1] = live.at
        elif extended_hours(view) and view.now - live.at < LIVE_ROW_SECONDS:
            found.append(live.at)
            for column in columns.values():
                column.append(column[-1])
    return found, columns


def _coarser(
    view: View, interval: str, stamps: Ints, columns: dict[str, list[Any]]
) -> tuple[list[int], dict[str, list[Any]]]:
    """Weeks from Monday, months and quarters from their first day, blocks of five days."""
    found: list[int] = []
    folded: dict[str, list[Any]] = {name: [] for name in columns}
    key = None
    for place, stamp in enumerate(stamps.tolist()):
        day = datetime.fromtimestamp(stamp, UTC).astimezone(view.zone).date()
        begin = _period_start(interval, day, place)
        if begin is None or begin == key:
            folded["high"][-1] = max(folded["high"][-1], columns["high"][place])
            folded["low"][-1] = min(folded["low"][-1], columns["low"][place])
            folded["volume"][-1] += columns["volume"][place]
            for name in ("close", "adjclose"):
                folded[name][-1] = columns[name][place]
            continue
        key = begin
        midnight = datetime(begin.year, begin.month, begin.day, tzinfo=view.zone)
        found.append(int(midnight.timestamp()))
        for name, values in columns.items():
            folded[name].append(values[place])
    return found, folded


def _period_start(interval: str, day: date, place: int) -> date | None:
    if interval == "5d":
        return day if place % 5 == 0 else None
    if interval == "1wk":
        return day - timedelta(days=day.weekday())
    if interval == "1mo":
        return day.replace(day=1)
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _intraday(view: View, window: Window) -> tuple[list[int], dict[str, list[Any]]]:
    """The grid of the sessions with nulls where nothing traded, then what is off the grid."""
    if view.listing.asset_class == "fund":
        return [], {}
    market, listing = view.market, view.listing
    minutes = errors.INTERVALS[window.interval]
    whole = view.now - view.now % 60
    bars = market.bars(listing, minutes, window.start, window.end, whole)
    slots = market.slots(listing, minutes, window.start, window.end, view.now)
    live = view.last
    shown_live = live is not None and live.trading and window.start <= live.at <= window.end
    if shown_live and len(slots) and slots[-1] > (bars.opened_at[-1] if len(bars) else 0):
        # Yahoo gives the minute under way a null of its own on some answers and not on others.
        own_slot = live is not None and live.at >= slots[-1]
        if own_slot and view.now // 60 % 2:
            slots = slots[:-1]
    places = np.searchsorted(slots, bars.opened_at)
    values = view.intraday(bars, window.interval)
    columns: dict[str, list[Any]] = {}
    for name in NAMES:
        column: list[Any] = [None] * len(slots)
        for place, value in zip(places.tolist(), values[name].tolist(), strict=True):
            column[place] = value
        columns[name] = column
    stamps = slots.tolist()
    if window.range and stamps and columns["volume"][0] is not None:
        columns["volume"][0] = 0
    if live is not None and shown_live:
        _append_print(stamps, columns, live.at, live.price)
    elif live is not None and not live.trading and extended_hours(view):
        closes_at = int(view.days.closes_at[live.session]) * 60
        if window.start <= closes_at <= window.end:
            session = slice(live.session, live.session + 1)
            close = view.single(view.days.close[session], view.ratios(view.days.dates[session]))
            _append_print(stamps, columns, closes_at, float(close[0]))
    return stamps, columns


def _append_print(stamps: list[int], columns: dict[str, list[Any]], at: int, price: float) -> None:
    place = bisect(stamps, at)
    stamps.insert(place, at)
    for name in NAMES:
        columns[name].insert(place, 0 if name == "volume" else price)
