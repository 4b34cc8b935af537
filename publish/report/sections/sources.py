"""What the week's data cost: calls by provider, how they ended, and their share of the budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publish.report.document import Column, Figure, Row, Section, Series, Table
from publish.report.queries import Copy, Found

OUTCOMES = ("ok", "empty", "throttled", "failed")
SPANS = {1: "second", 60: "minute", 300: "five minutes", 86_400: "day"}


@dataclass(frozen=True)
class Allowance:
    """So many calls within so many seconds, by the provider's plan."""

    provider: str
    plan: str
    calls: int
    seconds: int


def section(copy: Copy, allowances: Sequence[Allowance]) -> Section:
    found = copy.rows("requests")
    busiest = {
        seconds: {
            row["provider"]: row["call_count"] for row in copy.rows("busiest", seconds=seconds)
        }
        for seconds in sorted({one.seconds for one in allowances} | {60})
    }
    return Section(
        "sources",
        "Sources and their cost",
        "Calls made in the week. A plan's budget is held against the busiest span of its length; "
        "limits by weight are not shown here (`tapehouse budget` has them).",
        [
            figure(found),
            providers(found, busiest),
            budgets(found, busiest, allowances),
            outcomes(copy),
        ],
    )


def figure(found: list[Found]) -> Figure:
    names = tuple(one["provider"] for one in found)
    told = ", ".join(f"{one['provider']} {one['request_count']:,}" for one in found)
    return Figure(
        "requests",
        "Requests by outcome",
        f"Bars of the requests of each provider, parted by outcome: {told}.",
        "stacked",
        tuple(Series(name, names, tuple(one[name] for one in found)) for name in OUTCOMES),
        "requests",
    )


def providers(found: list[Found], busiest: dict[int, dict[str, int]]) -> Table:
    columns = (
        Column("Provider", "name"),
        Column("Requests", "count"),
        Column("Ok", "count"),
        Column("Empty", "count"),
        Column("Throttled", "count", "Throttled or blocked"),
        Column("Failed", "count", "Every other outcome"),
        Column("Rows", "count", "Landed and rejected"),
        Column("MB", "megabytes", "Received"),
        Column("Seconds", "number", "Spent waiting for answers"),
        Column("Busiest minute", "count", "Most requests in one minute"),
    )
    rows = [
        Row(
            (
                one["provider"],
                one["request_count"],
                *(one[name] for name in OUTCOMES),
                one["row_count"],
                one["megabytes"],
                one["seconds"],
                busiest[60].get(one["provider"]),
            ),
            tuple(one["runs"]),
            'tapehouse sql "select * from requests where provider = '
            f"'{one['provider']}' order by request_id desc\"",
        )
        for one in found
    ]
    empty = "No request was made in this week."
    return Table("providers", "Requests by provider", columns, rows, empty, sheet="Requests")


def budgets(
    found: list[Found], busiest: dict[int, dict[str, int]], allowances: Sequence[Allowance]
) -> Table:
    columns = (
        Column("Provider", "name"),
        Column("Plan"),
        Column("Calls allowed", "count"),
        Column("Within a"),
        Column("Most in one", "count", "Calls in the week's busiest span of that length"),
        Column("Share", "fraction"),
    )
    asked = {one["provider"] for one in found}
    rows = []
    for one in allowances:
        most = busiest[one.seconds].get(one.provider, 0)
        if one.provider in asked:
            rows.append(
                Row(
                    (
                        one.provider,
                        one.plan,
                        one.calls,
                        SPANS.get(one.seconds, f"{one.seconds} s"),
                        most,
                        most / one.calls,
                    )
                )
            )
    unlimited = sorted(asked - {one.provider for one in allowances})
    note = f"Without a limit of calls by plan: {', '.join(unlimited)}." if unlimited else ""
    empty = "No provider that was asked has a limit of calls."
    return Table("budgets", "Share of the budgets", columns, rows, empty, note, sheet="Budgets")


def outcomes(copy: Copy) -> Table:
    columns = (
        Column("Provider", "name"),
        Column("Endpoint"),
        Column("Outcome"),
        Column("Requests", "count"),
    )
    rows = [
        Row((one["provider"], one["endpoint"], one["outcome"], one["request_count"]))
        for one in copy.rows("outcomes")
    ]
    empty = "No request was made in this week."
    return Table(
        "outcomes", "By endpoint and outcome", columns, rows, empty, on_page=False, sheet="Outcomes"
    )
