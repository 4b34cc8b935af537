"""`tapehouse report`: one week as a page and as a workbook."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console, new_table
from warehouse.errors import UsageError
from warehouse.logs import one_line

if TYPE_CHECKING:
    from publish.report.week import Week
    from publish.report.write import Written

DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    @app.command("report")
    def report_command(
        week: Annotated[
            str | None,
            typer.Option("--week", help="ISO week: 2026-W11. [that of the newest session]"),
        ] = None,
        first: Annotated[
            datetime | None,
            typer.Option("--from", formats=DAY, help="First day instead of a week: 2026-03-09."),
        ] = None,
        last: Annotated[
            datetime | None, typer.Option("--to", formats=DAY, help="Last day, with --from.")
        ] = None,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", help="Folder to write. [exports/RUN]")
        ] = None,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Write the report of a week: a page of HTML and an Excel workbook, from what is published.

        Both hold the same tables, and each row names the runs that brought it and the command
        that traces it. docs/delivery/report.md says what is in it.

        Example: `tapehouse report --week 2026-W11`
        """
        from flows.reporting import weekly_report

        chosen = span(week, first, last)
        show(weekly_report(begin(config, verbose), chosen, output))


def span(week: str | None, first: datetime | None, last: datetime | None) -> Week | None:
    from publish.report.week import between, parsed

    if week and (first or last):
        raise UsageError("--week and --from/--to exclude each other", "name one of them")
    if week:
        return parsed(week)
    if not first and not last:
        return None
    if not first or not last:
        raise UsageError("--from and --to belong together", "name both, or --week 2026-W11")
    return between(first.date(), last.date())


def show(done: Written) -> None:
    told = done.manifest
    table = new_table(("file", "bytes", "SHA-256"), ("bytes",), title=f"Market week {told['week']}")
    for one in told["files"]:
        table.add_row(one["name"], f"{one['byte_count']:,}", one["sha256"][:12])
    console.print(table)
    rows = told["files"][0]["rows"]
    console.print(f"{rows:,} rows in {len(told['tables'])} tables, run {told['run_id']}")
    for line in told["lacking"]:
        console.print(f"missing: {one_line(line)}", markup=False, soft_wrap=True)
    console.print(f"written to {done.folder}", soft_wrap=True, markup=False)
