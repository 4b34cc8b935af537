"""Puts the exchange's mistakes into a chart answer, the same ones whatever window is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np

from sandbox.answers import Row
from sandbox.events import Split
from sandbox.listings import simulated
from sandbox.market import date_of
from sandbox.mistakes import Mistake
from sandbox.mistakes.book import in_interval
from sandbox.mistakes.kinds import CURRENCIES
from sandbox.mistakes.strikes import DAY, Scene
from sandbox.sessions import days_since_epoch
from sandbox.yahoo.bars import Columns, Window, bars
from sandbox.yahoo.prices import View

# A mistake may begin before the window that shows its end: ten bars and a long weekend at most.
LEAD = {True: 5 * DAY, False: 30 * DAY}
STRANGERS = 40


def mistaken_bars(view: View, window: Window, mistakes: list[Mistake]) -> tuple[list[int], Columns]:
    lead = LEAD[window.intraday]
    due = [
        one
        for one in in_interval(mistakes, window.interval)
        if window.start - lead <= one.stamp <= window.end
    ]
    if not due:
        return bars(view, window)
    stamps, columns = bars(view, replace(window, start=window.start - lead))
    rows: list[Row] = [
        {"home": stamp, "opened_at": stamp} | {name: columns[name][place] for name in columns}
        for place, stamp in enumerate(stamps)
    ]
    for mistake in due:
        place = next((at for at, row in enumerate(rows) if row["home"] == mistake.stamp), None)
        if place is not None and rows[place]["close"] is not None:
            rows = mistake.of.strike(rows, place, _scene(view, window, mistake))
    rows = [row for row in rows if row["home"] >= window.start]
    rows.sort(key=lambda row: int(row["opened_at"]))
    found = {name: [row[name] for row in rows] for name in columns}
    return [row["opened_at"] for row in rows], found


def _scene(view: View, window: Window, mistake: Mistake) -> Scene:
    return Scene(
        size=mistake.size,
        bars=mistake.bars,
        sign=mistake.sign,
        now=view.now,
        days_to_closed=_days_to_closed(view, mistake.opened_at.date()),
        other=lambda row, times: _other(view, window, row, times),
    )


def _days_to_closed(view: View, day: date) -> int:
    first = days_since_epoch(day)
    held = set(view.days.dates[view.days.index_of(first) :][:30].tolist())
    return next((ahead for ahead in range(1, 30) if first + ahead not in held), 0)


def _other(view: View, window: Window, row: Row, times: float) -> Row | None:
    """The same bar of the simulated listing nearest to so many times dearer or cheaper."""
    nearest: tuple[float, Row] | None = None
    for listing in simulated(STRANGERS):
        if listing == view.listing:
            continue
        other = View(view.market, listing, view.now)
        stamps, columns = bars(other, replace(window, start=row["home"], end=row["home"]))
        if not stamps or columns["close"][0] is None:
            continue
        apart = abs(float(np.log(columns["close"][0] / row["close"])))
        distance = abs(apart - float(np.log(times)))
        if nearest is None or distance < nearest[0]:
            nearest = distance, {name: values[0] for name, values in columns.items()}
    return nearest[1] if nearest else None


def mistaken_splits(view: View, mistakes: list[Mistake]) -> list[Split]:
    """The splits that are listed after a stretch that was not adjusted by them."""
    found = []
    for mistake in mistakes:
        if mistake.kind != "split_unadjusted":
            continue
        place = int(np.searchsorted(view.stamps, mistake.stamp)) + mistake.bars
        ex_date = date_of(int(view.days.dates[min(place, len(view.days.dates) - 1)]))
        if ex_date <= view.today:
            ratio = Fraction(mistake.size)
            found.append(Split(ex_date, ratio.numerator, ratio.denominator))
    return found


def mistaken_currency(window: Window, mistakes: list[Mistake]) -> str | None:
    for mistake in in_interval(mistakes, window.interval):
        if mistake.kind == "currency_changed" and window.start <= mistake.stamp <= window.end:
            return CURRENCIES[int(mistake.size) - 1]
    return None
