"""Who moved most in the week, and whether on more volume than usual."""

from __future__ import annotations

from collections.abc import Sequence

from publish.report.document import Column, Figure, Row, Section, Series, Table
from publish.report.queries import Copy, Found, explain
from publish.report.sections.market import change

SHOWN = 10
MOVING = ("stock", "etf", "fund")
COLUMNS = (
    Column("Symbol", "name"),
    Column("Name"),
    Column("Close", "price"),
    Column("Change", "percent", "From the last close before the week"),
    Column("Volume a day", "count", "Mean of the week's sessions, split-adjusted"),
    Column("Usual", "count", "Mean of up to 20 sessions before the week"),
    Column("Against usual", "times", "The one over the other"),
    Column("Sessions", "count", "With a bar in the week"),
)


def section(copy: Copy) -> Section:
    moved = sorted(
        (
            (one, moved_by)
            for one in copy.instruments
            if one["asset_class"] in MOVING and (moved_by := change(one)) is not None
        ),
        key=lambda pair: (-pair[1], pair[0]["symbol"]),
    )
    up = [one for one, moved_by in moved if moved_by > 0]
    down = [one for one, moved_by in reversed(moved) if moved_by < 0]
    drawn = [*moved[:SHOWN], *moved[max(SHOWN, len(moved) - SHOWN) :]]
    names = tuple(one["symbol"] for one, _ in drawn)
    told = ", ".join(f"{one['symbol']} {moved_by:+.2f} %" for one, moved_by in drawn)
    figure = Figure(
        "movers",
        "Change of the week",
        f"Bars of the changes, from the most up to the most down: {told}.",
        "bars_across",
        (Series("change", names, tuple(moved_by for _, moved_by in drawn)),),
        "change in percent",
    )
    return Section(
        "movers",
        "Movers",
        "Stocks and funds. A move on little volume says less than one on much.",
        [
            figure,
            table("movers_up", "Up", up, "No stock or fund rose in this week."),
            table("movers_down", "Down", down, "No stock or fund fell in this week."),
        ],
    )


def table(key: str, title: str, found: Sequence[Found], empty: str) -> Table:
    rows = [
        Row(
            (
                one["symbol"],
                one["name"],
                one["close"],
                change(one),
                one["volume_a_day"],
                one["usual_volume"],
                one["volume_a_day"] / one["usual_volume"]
                if one["usual_volume"] and one["volume_a_day"] is not None
                else None,
                one["session_count"],
            ),
            tuple(one["runs"]),
            explain(one["symbol"], one["last_date"], "close"),
        )
        for one in found
    ]
    return Table(key, title, COLUMNS, rows, empty, limit=SHOWN, sheet=f"Movers {title.lower()}")
