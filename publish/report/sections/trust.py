"""How far the figures can be trusted: findings, completeness, and numbers that moved."""

from __future__ import annotations

import shlex
from datetime import date
from typing import Any

from publish.report.document import Column, Row, Section, Table
from publish.report.queries import Copy, Found, explain
from publish.report.sections import presence


def quality(copy: Copy) -> Section:
    found = copy.rows("findings")
    scored = copy.first("scores")
    lead = "Rules that found something on bars of the week. "
    if scored["bar_count"]:
        lead += (
            f"Of {scored['bar_count']:,} bars that opened in it, {scored['marked_count']:,} have a "
            "data_quality_score below 1."
        )
    else:
        lead += "No bar that opened in it has a data_quality_score."
    columns = (
        Column("Rule", "name"),
        Column("Severity"),
        Column("Findings", "count"),
        Column("Excepted", "count", "For a reason in quality_exceptions"),
        Column("Instruments", "count"),
        Column("What it means"),
        Column("Example"),
    )
    rows = [
        Row(
            (
                one["rule"],
                one["severity"],
                one["found"],
                one["excepted"],
                one["instrument_count"],
                one["meaning"],
                one["example"],
            ),
            tuple(one["runs"]),
            f"tapehouse sql \"select * from data_quality_log where rule = '{one['rule']}'\"",
        )
        for one in found
    ]
    empty = "No quality rule found anything on the bars of this week."
    return Section(
        "quality",
        "Data quality",
        lead,
        [Table("findings", "Findings by rule", columns, rows, empty, sheet="Findings")],
    )


def completeness(copy: Copy) -> Section:
    found = copy.rows("completeness")
    runs = {row["instrument_id"]: row["runs"] for row in copy.rows("runs_of_sessions")}
    days = sorted({one["session_date"] for one in found})
    by_instrument: dict[int, list[Found]] = {}
    for one in found:
        by_instrument.setdefault(one["instrument_id"], []).append(one)
    columns = (
        Column("Symbol", "name"),
        *(Column(f"{day:%a %m-%d}", "heat") for day in days),
        Column("Expected", "count"),
        Column("Held", "count"),
        Column("Excused", "count", "No trade confirmed, absent at the provider, or waived"),
        Column("Missing", "count", "Still looked for"),
    )
    rows = [
        Row(
            (
                own[0]["symbol"],
                *shares(own, days),
                *(sum(one[name] for one in own) for name in
                  ("expected", "held", "excused", "missing")),
            ),
            tuple(runs.get(number, ())),
            shlex.join(["tapehouse", "gaps", own[0]["symbol"], "--all"]),
        )
        for number, own in by_instrument.items()
    ]  # fmt: skip
    # The least complete first where not all are shown.
    if len(rows) > 60:
        rows.sort(key=lambda row: -row.cells[-1])
    return Section(
        "completeness",
        "Completeness",
        "Share of the expected bars that are held, all intervals of a session together; a session "
        "of today counts as far as it had closed when the newest run began. A dash: the market "
        "has no session, or none that is due.",
        [
            Table(
                "completeness",
                "By instrument and session",
                columns,
                rows,
                "No bar is expected in this week: no session is due, or nothing is followed.",
                sheet="Completeness",
            ),
            gaps(copy),
            presence.table(copy),
        ],
    )


def gaps(copy: Copy) -> Table:
    columns = (
        Column("State", "name", "What is done about it (docs/gaps.md); healed ones are held"),
        Column("Why"),
        Column("Bars", "count"),
        Column("Instruments", "count"),
    )
    rows = [
        Row((one["state"], one["reason"], one["bar_count"], one["instrument_count"]))
        for one in copy.rows("gaps")
    ]
    empty = "No bar of this week was ever missing."
    return Table("gaps", "Gaps by state and reason", columns, rows, empty, sheet="Gaps")


def shares(own: list[Found], days: list[date]) -> list[Any]:
    held = {one["session_date"]: one["share"] for one in own}
    return [held.get(day) for day in days]


def restatements(copy: Copy) -> Section:
    columns = (
        Column("Known at (UTC)", "instant"),
        Column("Symbol", "name"),
        Column("Bar"),
        Column("Field"),
        Column("Old", "price"),
        Column("New", "price"),
        Column("Change", "percent"),
        Column("Was final", "text", "Whether the old value had been read after the bar settled"),
        Column("Source"),
    )
    rows = [
        Row(
            (
                one["known_at"],
                one["symbol"],
                f"{one['interval']} {bar_time(one)}",
                one["field"],
                one["old_value"],
                one["new_value"],
                None if one["relative_change"] is None else 100 * one["relative_change"],
                "yes" if one["was_final"] else "no",
                one["provider"],
            ),
            () if one["run_id"] is None else (one["run_id"],),
            explain(
                one["symbol"],
                bar_time(one),
                one["field"],
                *([] if one["interval"] == "1d" else ["--interval", one["interval"]]),
            ),
        )
        for one in copy.rows("restatements")
    ]
    return Section(
        "restatements",
        "Restatements",
        "Numbers that a provider moved beyond its noise, and that became known in the week. Old "
        "and new are as traded.",
        [
            Table(
                "restatements",
                "Old and new",
                columns,
                rows,
                "No number was restated in this week.",
                sheet="Restatements",
            )
        ],
    )


def bar_time(one: Found) -> Any:
    return one["session_date"] if one["interval"] == "1d" else one["opened_at"]
