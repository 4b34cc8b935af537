"""How far the market as a whole took part."""

from __future__ import annotations

from publish.report.document import Column, Figure, Row, Section, Series, Table
from publish.report.queries import Copy, Found


def section(copy: Copy) -> Section:
    found = copy.rows("breadth")
    if not any(one["date"] >= copy.week.first for one in found):
        found = []
    shares = [name for name in (found[0] if found else ()) if name.startswith("share_above_")]
    columns = (
        Column("Date", "date"),
        Column("Stocks", "count", "With a bar on the day"),
        Column("Up", "count", "Close above the one before"),
        Column("Down", "count", "Close below the one before"),
        Column("Same", "count"),
        Column("A/D line", "count", "Net advancers added up over all days held"),
        Column("New highs", "count", "High above those of the 252 bars before"),
        Column("New lows", "count", "Low below those of the 252 bars before"),
        *(
            Column(f"> SMA {name.rpartition('_')[2]}", "share", "Share of stocks")
            for name in shares
        ),
        Column("McClellan", "signed", "EMA 19 less EMA 39 of net advances in thousandths"),
    )
    week = [one for one in found if one["date"] >= copy.week.first]
    return Section(
        "breadth",
        "Breadth",
        "Counts of stocks (market_breadth). The A/D line begins where history held begins: "
        "its direction tells, its level does not.",
        [
            *figures(copy, found),
            Table(
                "breadth",
                "By session",
                columns,
                [row(one, shares) for one in week],
                "No session of this week has a stock's daily bar.",
                sheet="Breadth",
            ),
            Table(
                "breadth_history",
                "Breadth over 60 sessions",
                columns,
                [row(one, shares) for one in found],
                "No session of this week has a stock's daily bar.",
                on_page=False,
                sheet="Breadth 60 sessions",
            ),
        ],
    )


def above(share: str) -> Column:
    return Column(f"> SMA {share.rpartition('_')[2]}", "share", "Share of stocks above it")


def row(one: Found, shares: list[str]) -> Row:
    return Row(
        (
            one["date"],
            one["stock_count"],
            one["advancers"],
            one["decliners"],
            one["unchanged"],
            one["advance_decline_line"],
            one["new_highs"],
            one["new_lows"],
            *(one[name] for name in shares),
            one["mcclellan_oscillator"],
        ),
        tuple(one["runs"]),
        f"tapehouse sql \"select * from market_breadth where date = '{one['date']}'\"",
    )


def figures(copy: Copy, found: list[Found]) -> list[Figure]:
    if not found:
        return []
    days = tuple(one["date"] for one in found)
    newest = found[-1]
    line = Figure(
        "breadth",
        "Advancers, decliners and the A/D line",
        f"Above: bars of stocks up and down by session, on {newest['date']} {newest['advancers']} "
        f"up and {newest['decliners']} down. Below: the A/D line, now at "
        f"{newest['advance_decline_line']}.",
        "breadth",
        (
            Series("up", days, tuple(one["advancers"] for one in found)),
            Series("down", days, tuple(-one["decliners"] for one in found)),
            Series("A/D line", days, tuple(one["advance_decline_line"] for one in found)),
        ),
        "stocks",
        copy.week.first,
    )
    values = tuple(one["mcclellan_oscillator"] for one in found)
    told = "not there yet" if values[-1] is None else f"{values[-1]:+.1f}"
    oscillator = Figure(
        "mcclellan",
        "McClellan oscillator",
        f"Line of the McClellan oscillator over the same sessions, now {told}.",
        "lines",
        (Series("McClellan", days, values),),
        "thousandths",
        copy.week.first,
    )
    return [line, oscillator]
