"""Bars: newest first, without their symbol, cut without a word when there are too many."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from sandbox.fmp.prices import INTRADAY_DECIMALS, FmpView, local, span
from sandbox.market import date_of
from sandbox.sessions import days_since_epoch

MINUTES = {"1min": 1, "5min": 5, "15min": 15, "30min": 30, "1hour": 60, "4hour": 240}
INTERVALS = {"1hour": "1h", "1min": "1m", "5min": "5m", "15min": "15m"}
USUAL_DAYS = 30
MOST_DAYS = 5000
# A bar that ended less than this ago still changes.
FRESH_SECONDS = 200
WITH_AUCTION = ("stock", "etf")

Bar = dict[str, Any]


def intraday(view: FmpView, interval: str, query: dict[str, str], most: int) -> list[Bar]:
    first, last = days_of(query, view.today, USUAL_DAYS)
    start, end = span(first, last)
    minutes = MINUTES[interval]
    view.decimals = INTRADAY_DECIMALS
    bars = view.market.bars(view.listing, minutes, start, end, view.now)
    values = view.intraday(bars, interval)
    if query.get("nonadjusted") == "true":
        units = view.listing.ticks_per_unit
        for name in ("open", "high", "low", "close"):
            values[name] = getattr(bars, name) / units
    holes = view.market.events.lapses.holes(
        view.listing, INTERVALS.get(interval, interval), view.now
    )
    found = []
    for place, opened_at in enumerate(bars.opened_at.tolist()):
        if any(hole.start <= opened_at < hole.until for hole in holes):
            continue
        row = {name: values[name][place].item() for name in ("open", "low", "high", "close")}
        row["volume"] = int(values["volume"][place])
        if opened_at + minutes * 60 > view.now - FRESH_SECONDS:
            row["volume"] = int(row["volume"] * 0.9)
            row["close"] = row["open"]
        found.append({"date": f"{local(opened_at):%Y-%m-%d %H:%M:%S}"} | row)
    found += _auctions(view, start, end)
    return sorted(found, key=lambda row: str(row["date"]), reverse=True)[:most]


def _auctions(view: FmpView, start: int, end: int) -> list[Bar]:
    """A bar at the close itself, of the closing print."""
    days, found = view.days, []
    if view.listing.asset_class not in WITH_AUCTION:
        return []
    for index in np.flatnonzero((days.closes_at * 60 >= start) & (days.closes_at * 60 <= end)):
        closes_at = int(days.closes_at[index]) * 60
        if closes_at <= view.now:
            part = slice(index, index + 1)
            close = view.single(days.close[part], view.ratios(days.dates[part]))[0].item()
            prices = dict.fromkeys(("open", "low", "high", "close"), close)
            stamp = f"{local(closes_at):%Y-%m-%d %H:%M:%S}"
            found.append({"date": stamp, **prices, "volume": 0})
    return found


def daily(view: FmpView, kind: str, query: dict[str, str]) -> list[Bar]:
    """Sessions that are over, newest first, at most 5000 of them."""
    first, last = days_of(query, view.today, 5 * 365)
    days = view.days
    low = days.index_of(days_since_epoch(first))
    high = min(
        days.index_of(days_since_epoch(last) + 1),
        int(np.searchsorted(days.closes_at * 60, view.now, side="right")),
    )
    if high <= low:
        return []
    values = view.daily(low, high - 1)
    symbol = view.listing.fmp_symbol
    holes = view.market.events.lapses.holes(view.listing, "1d", view.now)
    found = []
    for place in range(high - low):
        day = date_of(int(days.dates[low + place]))
        stamp = days_since_epoch(day) * 86_400
        if any(hole.start <= stamp + 86_399 and stamp < hole.until for hole in holes):
            continue
        row = {name: values[name][place].item() for name in ("open", "high", "low", "close")}
        row["volume"] = int(values["volume"][place])
        ratio = float(view.ratios(days.dates[low + place : low + place + 1])[0])
        shown = _shaped(kind, row, ratio, float(values["adjclose"][place]))
        found.append({"symbol": symbol, "date": day.isoformat(), **shown})
    return found[::-1][:MOST_DAYS]


def _shaped(kind: str, row: Bar, ratio: float, adjusted_close: float) -> Bar:
    if kind == "light":
        return {"price": row["close"], "volume": row["volume"]}
    if kind == "full":
        return row | _figures(row)
    factor = ratio if kind == "non-split-adjusted" else adjusted_close / row["close"]
    prices = {
        f"adj{name.title()}": round(row[name] * factor, 2)
        for name in ("open", "high", "low", "close")
    }
    volume = round(row["volume"] / ratio) if kind == "non-split-adjusted" else row["volume"]
    return prices | {"volume": volume}


def _figures(row: Bar) -> Bar:
    """Change since the open of the same day, and a mean of prices that is called vwap."""
    change = row["close"] - row["open"]
    mean = (row["open"] + row["high"] + row["low"] + row["close"]) / 4
    return {
        "change": round(change, 4),
        "changePercent": round(change / row["open"] * 100, 5),
        "vwap": round(mean, 4),
    }


def days_of(query: dict[str, str], today: date, usual: int) -> tuple[date, date]:
    """`from` and `to`, both included."""
    last = date.fromisoformat(query["to"]) if "to" in query else today
    first = date.fromisoformat(query["from"]) if "from" in query else last - timedelta(days=usual)
    return first, last
