"""`tapehouse budget`: what may still be asked of whom, and what a backfill would cost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from cli.options import Config, Json, Verbose, begin
from cli.trace.rows import echo_json
from cli.watch import console
from extract.budgets.forecast import forecast
from extract.budgets.usage import Usage, usage
from extract.budgets.wanted import interval_named, span, units
from flows.origin import at_its_source, folder_clock
from warehouse import clock
from warehouse.logs import one_line

COLUMNS = ("provider", "plan", "window", "used", "allowed", "free at (UTC)", "circuit", "why")
NUMBERS = ("used", "allowed")
FORETOLD = ("provider", "plan", "requests", "weight", "takes", "ends at (UTC)", "budget")
COUNTED = ("requests", "weight", "takes")


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="What may still be asked of whom: `tapehouse budget`, `tapehouse budget --json`.",
        invoke_without_command=True,
    )
    app.add_typer(group, name="budget")
    group.callback()(budget)
    group.command("plan")(plan)


def budget(
    context: typer.Context,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Show what of each provider's budget is used, when it is free, and the state of its circuit.

    Example: `tapehouse budget --json`
    """
    if context.invoked_subcommand:
        return
    found = usage(at_its_source(begin(config, verbose)))
    if as_json:
        echo_json({"budgets": found})
        return
    table = Table()
    for name in COLUMNS:
        table.add_column(name, justify="right" if name in NUMBERS else "left", overflow="fold")
    for one in found:
        table.add_row(*_cells(one))
    console.print(table)


def plan(
    symbols: Annotated[list[str], typer.Argument(help="Symbols of the universe.")],
    interval: Annotated[
        str, typer.Option("--interval", "-i", help="1m, 5m, 15m, 1h or 1d; or minute, hour, day.")
    ] = "1d",
    multiplier: Annotated[
        int | None, typer.Option(help="With minute, hour or day: how many of them a bar is long.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="How many days before the end.")] = None,
    start: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Instead: the first day of the span."),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day of the span; else today."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--source", "-s", help="Ask this provider; repeated: in this order."),
    ] = None,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Say how many requests a backfill takes and when it ends, by plan and present budget.

    Example: `tapehouse budget plan AAPL MSFT --days 90 --interval minute --source yahoo`
    """
    settings = at_its_source(begin(config, verbose))
    with folder_clock(settings):
        first, last = span(days, start, end, clock.now().date())
        asked = interval_named(interval, multiplier)
        items = units(settings, symbols, asked, first, last, source or ())
    found = forecast(settings, items)
    if as_json:
        echo_json({"interval": asked, "start": first, "end": last, "providers": found})
        return
    table = Table(title=f"{asked} from {first} to {last}", title_justify="left")
    for name in FORETOLD:
        table.add_column(name, justify="right" if name in COUNTED else "left", overflow="fold")
    for one in found:
        table.add_row(
            one.provider,
            one.plan,
            f"{one.requests:,}",
            f"{one.weight:,}",
            str(timedelta(seconds=round(one.seconds))),
            f"{one.ends_at:%Y-%m-%d %H:%M:%S}",
            f"over several days: {one.spent}" if one.spent else "",
        )
    console.print(table)


def _cells(one: Usage) -> tuple[str, ...]:
    state = one.circuit.name
    if one.circuit.until_at and one.circuit.since_at:
        since, until = one.circuit.since_at, one.circuit.until_at
        state += f" since {since:%H:%M:%S} until {until:%Y-%m-%d %H:%M:%S}"
    return (
        one.provider,
        one.plan,
        one.window.replace("_per_", " a ").replace("a five_minutes", "in 5 minutes"),
        f"{one.used:,}" if one.allowed else "",
        f"{one.allowed:,}" if one.allowed else "no limit",
        f"{one.free_at:%Y-%m-%d %H:%M:%S}" if one.free_at else "now",
        state,
        escape(one_line(one.circuit.why)),
    )
