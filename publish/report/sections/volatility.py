"""How much prices moved: realised and Parkinson volatility, and the distance from the peak."""

from __future__ import annotations

import re
from typing import Any

from publish.report.document import Column, Figure, Row, Section, Series, Table
from publish.report.queries import Copy, Found, explain

DRAWN = 30


def section(copy: Copy) -> Section:
    columns = copy.indicators
    realised = first(columns, r"volatility_\d+")
    ranged = first(columns, r"parkinson_\d+")
    drawdown = "drawdown" if "drawdown" in columns else None
    if realised is None:
        return Section("volatility", "Volatility", "This copy has no volatility computed.", [])
    found = copy.ask(query(realised, ranged or "null", drawdown or "null"))
    shown = (
        Column("Symbol", "name"),
        Column("Name"),
        Column("Class"),
        Column("Realised", "fraction", described(columns, realised)),
        Column("Week before", "fraction", "Realised, on the last bar before the week"),
        Column("Parkinson", "fraction", described(columns, ranged)),
        Column("Drawdown", "percent", described(columns, drawdown)),
    )
    return Section(
        "volatility",
        "Volatility",
        "For a year, on the week's last bar. Parkinson's looks at highs and lows, so it sees "
        "what happens inside a day; where it is far above the realised one, days swung and came "
        "back. The drawdown is from the highest close of the history that is held. Of a bond it is "
        "the yield that moves; the figure leaves bonds out.",
        [
            figure(found),
            Table(
                "volatility",
                "By instrument",
                shown,
                [row(copy, one) for one in found],
                "No bar of this week has a volatility: it needs 21 bars.",
                sheet="Volatility",
            ),
        ],
    )


def described(columns: dict[str, str], name: str | None) -> str:
    """What the copy says of an indicator, without where its series begins."""
    if name is None:
        return "Not computed in this copy"
    return columns[name].partition(" First: ")[0].rstrip(".")


def first(columns: dict[str, str], pattern: str) -> str | None:
    return next((name for name in columns if re.fullmatch(pattern, name)), None)


def query(realised: str, ranged: str, drawdown: str) -> str:
    return f"""
        with measured as (
            select
                instrument_id, symbol, date, {realised} as realised, {ranged} as ranged,
                100 * {drawdown} as drawdown,
                row_number() over (
                    partition by instrument_id, date >= $first order by date desc
                ) as place
            from technical_indicators
            where date between $first - 30 and $last and not is_partial
        )
        select
            measured.*, before.realised as realised_before, instruments.asset_class,
            coalesce(instruments.name, instruments.symbol) as name
        from measured
        inner join instruments on measured.instrument_id = instruments.instrument_id
        left join measured as before
            on measured.instrument_id = before.instrument_id
            and before.place = 1 and before.date < $first
        where measured.place = 1 and measured.date >= $first and measured.realised is not null
        order by measured.realised desc, measured.symbol
    """


def row(copy: Copy, one: Found) -> Row:
    run = copy.runs_of_bars.get((one["instrument_id"], one["date"]))
    cells: tuple[Any, ...] = (
        one["symbol"],
        one["name"],
        one["asset_class"],
        one["realised"],
        one["realised_before"],
        one["ranged"],
        one["drawdown"],
    )
    return Row(
        cells,
        (run,) if run is not None else (),
        explain(one["symbol"], one["date"], "drawdown"),
    )


def figure(found: list[Found]) -> Figure:
    drawn = [one for one in found if one["asset_class"] != "bond"][:DRAWN]
    names = tuple(one["symbol"] for one in drawn)
    told = ", ".join(f"{one['symbol']} {one['realised']:.0%}" for one in drawn[:5])
    return Figure(
        "volatility",
        "Realised and Parkinson volatility",
        f"Two dots for each instrument, from the most to the least volatile; the first: {told}.",
        "dots",
        (
            Series("realised", names, tuple(one["realised"] for one in drawn)),
            Series("Parkinson", names, tuple(one["ranged"] for one in drawn)),
        ),
        "for a year",
    )
