"""Putting a report together: every section from one copy, and what stands at its top."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from publish.report.document import Fact, Report, Section
from publish.report.formats import shown
from publish.report.queries import Copy
from publish.report.sections import (
    breadth,
    market,
    movers,
    presence,
    runs,
    signals,
    sources,
    trust,
    volatility,
)
from publish.report.sections.sources import Allowance
from publish.report.week import Week

# Of so many runs behind one row each is linked; of more the first and the last.
LINKED = 3


def build(
    connection: duckdb.DuckDBPyConnection,
    week: Week,
    origin: str,
    allowances: Sequence[Allowance] = (),
) -> Report:
    copy = Copy(connection, week)
    sections = [
        market.section(copy),
        movers.section(copy),
        breadth.section(copy),
        signals.section(copy),
        volatility.section(copy),
        trust.quality(copy),
        trust.completeness(copy),
        trust.restatements(copy),
        sources.section(copy, allowances),
    ]
    rows = [row for section in sections for table in section.tables for row in table.rows]
    return Report(
        week=week,
        origin=origin,
        known=copy.known,
        facts=facts(copy, sections),
        lacking=presence.lacking(copy),
        sections=sections,
        runs=runs.table(copy, {run for row in rows for run in row.runs}),
    )


def linked(runs: tuple[int, ...]) -> tuple[int, ...]:
    return runs if len(runs) <= LINKED else (runs[0], runs[-1])


def facts(copy: Copy, sections: Sequence[Section]) -> list[Fact]:
    """The week in a few figures, each leading to the section that has it in full."""
    tables = {table.key: table for section in sections for table in section.tables}
    told = []
    if tables["indices"].rows:
        cells = tables["indices"].rows[0].cells
        told.append(
            Fact(str(cells[0]), shown("percent", cells[3]), shown("price", cells[2]), "market")
        )
    up, down = (len(tables[key].rows) for key in ("movers_up", "movers_down"))
    if up or down:
        told.append(Fact("Stocks and funds", f"{up} rose", f"{down} fell", "movers"))
    if tables["treasuries"].rows:
        cells = tables["treasuries"].rows[-1].cells
        detail = f"{shown('points', cells[4])} bp"
        told.append(Fact(str(cells[0]), f"{shown('yield', cells[2])}%", detail, "market"))
    held = [row.cells[-4:] for row in tables["completeness"].rows]
    if expected := sum(one[0] for one in held):
        share = sum(one[1] for one in held) / expected
        missing = sum(one[3] for one in held)
        detail = f"{missing:,} bars missing"
        told.append(Fact("Completeness", shown("share", share), detail, "completeness"))
    found = [row.cells for row in tables["findings"].rows]
    grave = sum(one[2] - one[3] for one in found if one[1] != "info")
    detail = f"and {sum(one[2] for one in found if one[1] == 'info'):,} infos"
    told.append(Fact("Quality findings", f"{grave:,}", detail, "quality"))
    moved = len(tables["restatements"].rows)
    told.append(Fact("Restated", f"{moved:,}", "numbers", "restatements"))
    asked = [row.cells for row in tables["providers"].rows]
    detail = f"{sum(one[4] for one in asked):,} throttled"
    told.append(Fact("Requests", f"{sum(one[1] for one in asked):,}", detail, "sources"))
    return told
