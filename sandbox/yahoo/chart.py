"""Yahoo's chart endpoint: bars and events of one symbol, with the shapes that break parsers."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from sandbox.answers import Answer
from sandbox.market import date_of
from sandbox.mistakes import Mistake
from sandbox.yahoo import errors
from sandbox.yahoo.bars import NAMES, Window
from sandbox.yahoo.meta import chart_meta, trading_periods
from sandbox.yahoo.mistaken import mistaken_bars, mistaken_currency, mistaken_splits
from sandbox.yahoo.prices import View

DAY = 86_400
SPAN_DAYS = {"1m": 8}
AGE_DAYS = {"1m": 30, "60m": 730, "1h": 730, "4h": 730}
SHORT_AGE_DAYS = 60
RANGE_DAYS = {
    "1mo": 30, "3mo": 91, "6mo": 182, "1y": 365, "2y": 730, "5y": 1826, "10y": 3652,
}  # fmt: skip
EVENT_NAMES = {"div": "dividends", "split": "splits", "splits": "splits"}


def chart(view: View, query: dict[str, str], limits: bool, mistakes: list[Mistake]) -> Answer:
    window = read_window(view, query)
    if isinstance(window, Answer):
        return window
    refused = check_window(view, window) if limits else None
    if refused is not None:
        return refused
    if window.end < int(view.stamps[0]):
        return errors.no_data(window.start, window.end)
    return Answer({"chart": {"result": [_result(view, window, mistakes)], "error": None}})


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


def _result(view: View, window: Window, mistakes: list[Mistake]) -> dict[str, Any]:
    stamps, columns = mistaken_bars(view, window, mistakes)
    first = _session_at(view, stamps[0] if stamps else window.start)
    previous = view.close_before(first) if first > 0 else None
    meta = chart_meta(view, window.interval, window.range, previous)
    meta["currency"] = mistaken_currency(window, mistakes) or meta["currency"]
    if window.intraday:
        _add_intraday_meta(view, window, meta)
    quote = {name: columns[name] for name in NAMES} if stamps else {}
    result: dict[str, Any] = {"meta": meta}
    if stamps:
        result["timestamp"] = stamps
    events = _events(view, window, mistakes)
    if events:
        result["events"] = events
    result["indicators"] = {"quote": [quote]}
    if not window.intraday:
        adjusted = {"adjclose": columns["adjclose"]} if stamps else {}
        result["indicators"]["adjclose"] = [adjusted]
    return result


def _add_intraday_meta(view: View, window: Window, meta: dict[str, Any]) -> None:
    if view.last is not None and view.last.session > 0:
        meta["previousClose"] = view.rounded(view.close_before(view.last.session))
    meta["scale"] = 3
    periods = trading_periods(view, window.start, window.end, window.sides)
    if periods is not None:
        meta["tradingPeriods"] = periods


def _session_at(view: View, at: int) -> int:
    return max(int(np.searchsorted(view.stamps, at, side="right")) - 1, 0)


def _events(view: View, window: Window, mistakes: list[Mistake]) -> dict[str, Any]:
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
        for split in [*view.splits, *mistaken_splits(view, mistakes)]:
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
