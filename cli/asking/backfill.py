"""`tapehouse backfill`: the history of a span, from whoever reaches it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from cli.asking.options import (
    Days,
    End,
    Interval,
    Multiplier,
    Source,
    Start,
    Words,
    asked_for,
    costs,
)
from cli.asking.pace import BudgetLeft, PaceScreen
from cli.options import Config, Json, Verbose, Wait, begin
from cli.trace.rows import echo_json
from cli.watch import close, console, new_table
from extract.backfill import Planned
from extract.budgets.forecast import Forecast
from extract.work import WorkItem
from flows.backfill import backfill, planned
from warehouse.errors import DONE, FAILED_UNITS, UsageError

SHOWN = 40
COLUMNS = ("provider", "symbol", "interval", "from", "to", "requests")


def register(app: typer.Typer) -> None:
    @app.command("backfill")
    def backfill_command(
        words: Words,
        interval: Interval = "1d",
        multiplier: Multiplier = None,
        days: Days = None,
        start: Start = None,
        end: End = None,
        source: Source = None,
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Show what would be asked; ask nothing.")
        ] = False,
        as_json: Json = False,
        build: Annotated[
            bool, typer.Option("--build/--no-build", help="Build and publish at the end, or not.")
        ] = True,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Fetch the history of a span, only what is not landed yet; stopped, it goes on from there.

        Example: `tapehouse backfill AAPL MSFT --days 90 --interval minute --source massive`
        """
        if as_json and not dry_run:
            raise UsageError("--json shows a plan", "use it with --dry-run")
        settings = begin(config, verbose)
        asking = asked_for(settings, words, interval, multiplier, days, start, end, source)
        if dry_run:
            found, foretold = planned(settings, asking)
            show(found, foretold, as_json)
            return FAILED_UNITS if found.left_out else DONE
        with PaceScreen(BudgetLeft(settings)) as screen:
            done = backfill(settings, asking, screen, wait, build)
        code = close(done.report, "the same command")
        left_out = done.planned and done.planned.left_out
        return FAILED_UNITS if code == DONE and left_out else code


def show(found: Planned, foretold: Sequence[Forecast], as_json: bool) -> None:
    """What would be asked, by provider and symbol, and what cannot be."""
    if as_json:
        echo_json(
            {
                "interval": found.interval,
                "sessions": found.sessions,
                "landed": found.landed,
                "notes": found.notes,
                "left_out": found.left_out,
                "costs": foretold,
                "units": found.items,
            }
        )
        return
    for line in found.lines():
        console.print(line, markup=False, soft_wrap=True)
    if found.items:
        console.print(_table(found.items))
        console.print(
            f"{found.sessions - found.landed - found.out_of_reach:,} of {found.sessions:,} "
            f"sessions to ask for, {found.landed:,} are landed"
        )
        console.print(costs(foretold))


def _table(items: Sequence[WorkItem]) -> Table:
    grouped: dict[tuple[str, str, str], list[WorkItem]] = defaultdict(list)
    for item in items:
        grouped[item.provider, item.symbol, item.interval or item.endpoint].append(item)
    table = new_table(COLUMNS, numbers=("requests",), title=f"{len(items):,} units of work")
    for (provider, symbol, interval), own in list(grouped.items())[:SHOWN]:
        starts = [item.start for item in own if item.start]
        ends = [item.end for item in own if item.end]
        table.add_row(
            provider,
            symbol,
            interval,
            f"{min(starts):%Y-%m-%d}" if starts else "",
            f"{max(ends):%Y-%m-%d}" if ends else "",
            f"{len(own):,}",
        )
    if len(grouped) > SHOWN:
        rest = list(grouped.values())[SHOWN:]
        table.add_row(f"and {len(rest):,} more", "", "", "", "", f"{sum(map(len, rest)):,}")
    return table
