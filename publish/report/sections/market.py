"""What the markets did in the week: indices, groups, the treasury curve, commodities, crypto."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from statistics import fmean, median
from typing import Any

from publish.report.document import Column, Figure, Row, Section, Series, Table
from publish.report.queries import Copy, Found, explain

# More lines than this nobody tells apart, and more rows a page does not need.
DRAWN, SHOWN = 7, 20
TENOR = re.compile(r"(\d+)([MY])$")
CLASSES = {
    "index": "Indices",
    "etf": "Funds",
    "fund": "Funds",
    "commodity": "Commodities",
    "crypto": "Crypto",
    "fx": "Currencies",
}
PRICES = (
    Column("Symbol", "name"),
    Column("Name"),
    Column("Close", "price", "Newest close of the week, split-adjusted"),
    Column("Change", "percent", "From the last close before the week"),
    Column("Low", "price", "Lowest low of the week"),
    Column("High", "price", "Highest high of the week"),
    Column("Range", "fraction", "High less low, over the close before the week"),
    Column("Volatility", "fraction", "Of the last 20 log returns, for a year"),
    Column("20 sessions", "spark", "Closes up to that one"),
)


def section(copy: Copy) -> Section:
    by_class = {
        name: [one for one in copy.instruments if CLASSES.get(one["asset_class"]) == name]
        for name in dict.fromkeys(CLASSES.values())
    }
    tables = [
        prices(name.lower(), name, found)
        for name, found in by_class.items()
        if found or name != "Currencies"
    ]
    return Section(
        "market",
        "Market summary",
        "Changes run from the last close before the week to the last close in it; in brackets "
        "behind a name stands the session of that close where it is not the newest of the table.",
        [indices_figure(copy), tables[0], groups(copy), *curve(copy), *tables[1:]],
    )


def change(one: Found) -> float | None:
    """In percent; None without a close before the week."""
    if not one["previous_close"]:
        return None
    return 100 * (float(one["close"]) / float(one["previous_close"]) - 1)


def named(one: Found, newest: Any) -> str:
    """A name, with what keeps its week from being like that of the others."""
    told = str(one["name"])
    if one["last_date"] != newest:
        told += f" ({one['last_date']})"
    if one["is_partial"]:
        told += " (a bar was still forming)"
    return told


def prices(key: str, title: str, found: Sequence[Found]) -> Table:
    newest = max((one["last_date"] for one in found), default=None)
    rows = [
        Row(
            (
                one["symbol"],
                named(one, newest),
                one["close"],
                change(one),
                one["low"],
                one["high"],
                spread(one),
                one["volatility"],
                tuple(map(float, one["closes"])),
            ),
            tuple(one["runs"]),
            explain(one["symbol"], one["last_date"], "close"),
        )
        for one in found
    ]
    empty = f"No daily bar of {title.lower()} is held in this week."
    return Table(key, title, PRICES, rows, empty, limit=SHOWN)


def spread(one: Found) -> float | None:
    if not one["previous_close"]:
        return None
    return float(one["high"] - one["low"]) / float(one["previous_close"])


def indices_figure(copy: Copy) -> Figure:
    """Closes as they would be had each been 100 on the day before the week, or on its first."""
    closes: dict[str, list[tuple[Any, float]]] = {}
    for row in copy.rows("closes"):
        closes.setdefault(row["symbol"], []).append((row["session_date"], float(row["close"])))
    series: list[Series] = []
    for symbol, points in closes.items():
        if len(series) == DRAWN:
            break
        if points[-1][0] < copy.week.first:
            continue
        before = [close for day, close in points if day < copy.week.first]
        base = before[-1] if before else points[0][1]
        days, values = zip(*points, strict=True)
        series.append(Series(symbol, days, tuple(100 * value / base for value in values)))
    told = "; ".join(f"{one.name} ends at {one.y[-1]:.1f}" for one in series)
    return Figure(
        "indices",
        "Indices over 60 sessions",
        f"Lines of the index closes, the last close before the week being 100: {told}.",
        "lines",
        tuple(series),
        "close before the week = 100",
        copy.week.first,
    )


def groups(copy: Copy) -> Table:
    columns = (
        Column("Group", "name"),
        Column("Instruments", "count", "With a change in the week"),
        Column("Mean change", "percent", "Each instrument counts alike"),
        Column("Median change", "percent"),
        Column("Best"),
        Column("Its change", "percent"),
        Column("Worst"),
        Column("Its change", "percent"),
    )
    found: dict[str, list[Found]] = {}
    for one in copy.instruments:
        # A change of a yield in percent of itself is no price's.
        if change(one) is not None and one["asset_class"] != "bond":
            for name in (one["groups"] or "").split("|"):
                found.setdefault(name or "in no group", []).append(one)
    rows = [group(name, members) for name, members in sorted(found.items())]
    return Table(
        "groups",
        "Groups",
        columns,
        rows,
        "No instrument of any group has a close both before the week and in it.",
    )


def group(name: str, members: Sequence[Found]) -> Row:
    changes = {one["symbol"]: change(one) or 0.0 for one in members}
    best, worst = extreme(changes, max), extreme(changes, min)
    last = {one["symbol"]: one["last_date"] for one in members}
    return Row(
        (
            name,
            len(members),
            fmean(changes.values()),
            median(changes.values()),
            best,
            changes[best],
            worst,
            changes[worst],
        ),
        runs_of(members),
        explain(best, last[best], "close"),
    )


def extreme(changes: dict[str, float], which: Callable[..., str]) -> str:
    return which(sorted(changes), key=lambda symbol: changes[symbol])


def runs_of(found: Iterable[Found]) -> tuple[int, ...]:
    return tuple(sorted({run for one in found for run in one["runs"]}))


def curve(copy: Copy) -> list[Figure | Table]:
    """Yields by tenor, the shortest first; symbols end with it (US10Y)."""
    found = sorted(
        (one for one in copy.instruments if one["asset_class"] == "bond"),
        key=lambda one: (months(one["symbol"]), one["symbol"]),
    )
    columns = (
        Column("Symbol", "name"),
        Column("Name"),
        Column("Yield %", "yield", "Newest close of the week"),
        Column("Before %", "yield", "Last close before the week"),
        Column("Change bp", "points", "In hundredths of a percent point"),
        Column("Low %", "yield"),
        Column("High %", "yield"),
        Column("20 sessions", "spark"),
    )
    newest = max((one["last_date"] for one in found), default=None)
    rows = [
        Row(
            (
                one["symbol"],
                named(one, newest),
                one["close"],
                one["previous_close"],
                points(one),
                one["low"],
                one["high"],
                tuple(map(float, one["closes"])),
            ),
            tuple(one["runs"]),
            explain(one["symbol"], one["last_date"], "close"),
        )
        for one in found
    ]
    # Other bonds than those with a tenor of their own are no curve.
    found = [one for one in found if TENOR.search(one["symbol"])]
    tenors = tuple(tenor(one["symbol"]) for one in found)
    now = tuple(float(one["close"]) for one in found)
    before = tuple(
        None if one["previous_close"] is None else float(one["previous_close"]) for one in found
    )
    told = ", ".join(f"{name} {value:.3f} %" for name, value in zip(tenors, now, strict=True))
    figure = Figure(
        "curve",
        "Treasury curve",
        f"Yields by tenor at the week's last close beside those before the week: {told}.",
        "curve",
        (Series("week's last close", tenors, now), Series("before the week", tenors, before)),
        "yield in percent",
    )
    empty = "No treasury yield is held in this week."
    return [figure, Table("treasuries", "Treasury curve", columns, rows, empty, limit=SHOWN)]


def points(one: Found) -> float | None:
    if one["previous_close"] is None:
        return None
    return 100 * float(one["close"] - one["previous_close"])


def months(symbol: str) -> int:
    found = TENOR.search(symbol)
    return int(found[1]) * (12 if found[2] == "Y" else 1) if found else 10_000


def tenor(symbol: str) -> str:
    found = TENOR.search(symbol)
    if not found:
        return symbol
    unit = "month" if found[2] == "M" else "year"
    return f"{found[1]} {unit}{'' if found[1] == '1' else 's'}"
