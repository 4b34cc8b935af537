"""The bars of Yahoo's chart answer: the grid of the sessions, what is off it, and what is lost."""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from sandbox.market import date_of
from sandbox.sessions import Ints
from sandbox.yahoo.errors import INTERVALS
from sandbox.yahoo.meta import extended_hours
from sandbox.yahoo.prices import View

NAMES = ("open", "high", "low", "close", "volume")
LIVE_ROW_SECONDS = 3600

Columns = dict[str, list[Any]]


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
        return self.interval in INTERVALS


def bars(view: View, window: Window) -> tuple[list[int], Columns]:
    """Stamps and columns as the provider gives them at this instant, right or not."""
    return _with_holes(view, window, *(_intraday if window.intraday else _daily)(view, window))


def _daily(view: View, window: Window) -> tuple[list[int], Columns]:
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
    view: View, interval: str, stamps: Ints, columns: Columns
) -> tuple[list[int], Columns]:
    """Weeks from Monday, months and quarters from their first day, blocks of five days."""
    found: list[int] = []
    folded: Columns = {name: [] for name in columns}
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


def _intraday(view: View, window: Window) -> tuple[list[int], Columns]:
    """The grid of the sessions with nulls where nothing traded, then what is off the grid."""
    if view.listing.asset_class == "fund":
        return [], {}
    market, listing = view.market, view.listing
    minutes = INTERVALS[window.interval]
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
    columns: Columns = {}
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


def _append_print(stamps: list[int], columns: Columns, at: int, price: float) -> None:
    place = bisect(stamps, at)
    stamps.insert(place, at)
    for name in NAMES:
        columns[name].insert(place, 0 if name == "volume" else price)


def _with_holes(
    view: View, window: Window, stamps: list[int], columns: Columns
) -> tuple[list[int], Columns]:
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
