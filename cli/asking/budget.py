"""`tapehouse budget`: what may still be asked of whom, and what a backfill would cost."""

from __future__ import annotations

import typer

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
from cli.options import Config, Json, Verbose, begin
from cli.trace.rows import echo_json
from cli.watch import console, new_table
from extract.budgets.usage import State, Usage, usage
from flows.backfill import planned
from flows.origin import at_its_source
from warehouse.logs import one_line

COLUMNS = ("provider", "plan", "window", "used", "allowed", "free at")
NUMBERS = ("used", "allowed")


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
    table = new_table(COLUMNS, NUMBERS, unbroken=COLUMNS)
    for one in found:
        table.add_row(*_cells(one))
    console.print(table)
    circuits = {one.provider: said for one in found if (said := _said(one.circuit))}
    for provider, said in circuits.items():
        console.print(f"{provider}: circuit {said}", markup=False, soft_wrap=True)
    console.print("times in UTC" if circuits else "times in UTC; all circuits are closed")


def plan(
    words: Words,
    interval: Interval = "1d",
    multiplier: Multiplier = None,
    days: Days = None,
    start: Start = None,
    end: End = None,
    source: Source = None,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Say how many requests a backfill takes and when it ends, by plan and present budget.

    Example: `tapehouse budget plan AAPL MSFT --days 90 --interval minute --source yahoo`
    """
    settings = begin(config, verbose)
    asking = asked_for(settings, words, interval, multiplier, days, start, end, source)
    found, foretold = planned(settings, asking)
    if as_json:
        span = {"interval": asking.interval, "start": asking.start, "end": asking.end}
        echo_json(span | {"left_out": found.left_out, "providers": foretold})
        return
    console.print(f"{asking.interval} from {asking.start} to {asking.end}, what is not landed yet")
    for line in found.lines():
        console.print(line, markup=False, soft_wrap=True)
    if foretold:
        console.print(costs(foretold))


def _cells(one: Usage) -> tuple[str, ...]:
    return (
        one.provider,
        one.plan,
        one.words,
        f"{one.used:,}" if one.allowed else "",
        f"{one.allowed:,}" if one.allowed else "no limit",
        f"{one.free_at:%d %H:%M:%S}" if one.free_at else "now",
    )


def _said(circuit: State) -> str:
    """Since when, until when and why nothing is asked of a provider, if that is so."""
    if not circuit.until_at or not circuit.since_at:
        return ""
    return (
        f"{circuit.name} since {circuit.since_at:%Y-%m-%d %H:%M:%S} "
        f"until {circuit.until_at:%Y-%m-%d %H:%M:%S} UTC: {one_line(circuit.why)}"
    )
