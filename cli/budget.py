"""`tapehouse budget`: what may still be asked of whom, and what a backfill would cost."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from cli.options import Config, Json, Verbose, begin
from cli.trace.rows import echo_json
from cli.watch import console
from extract.budgets.usage import Usage, usage
from flows.origin import at_its_source
from warehouse.logs import one_line

COLUMNS = ("provider", "plan", "window", "used", "allowed", "free at (UTC)", "circuit", "why")
NUMBERS = ("used", "allowed")


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="What may still be asked of whom: `tapehouse budget`, `tapehouse budget --json`.",
        invoke_without_command=True,
    )
    app.add_typer(group, name="budget")
    group.callback()(budget)


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
