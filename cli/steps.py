"""The steps of a run, each by its own name."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from cli.options import Config, Intervals, Providers, Symbols, Verbose, Wait, begin
from cli.run import choice_of, once
from cli.watch import Screen, close, console, new_table
from extract import plan
from extract.landing import Landing
from extract.plan import Choice
from flows.origin import folder_clock
from flows.run import Runner, run


def register(app: typer.Typer) -> None:
    app.command("plan")(plan_command)
    app.command("extract")(extract_command)
    app.command("load")(load_command)
    app.command("csv-load", hidden=True)(load_command)
    app.command("build")(build_command)
    app.command("transform", hidden=True)(build_command)
    app.command("publish")(publish_command)


def plan_command(
    symbols: Symbols = None,
    provider: Providers = None,
    interval: Intervals = None,
    details: Annotated[bool, typer.Option("--details", help="One line for each unit.")] = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Show what a run would ask for now, and why; asks nothing.

    Example: `tapehouse plan AAPL --details`
    """
    settings = begin(config, verbose)
    with folder_clock(settings) as own:
        items = plan.make(own, Landing(own.folder), choice_of(symbols, provider, interval))
    if details:
        for item in items:
            console.print(f"{item.name}  {item.reason}", markup=False, soft_wrap=True)
    counted = Counter((i.provider, i.endpoint, i.interval or "", i.reason) for i in items)
    columns = ("provider", "endpoint", "interval", "reason", "units")
    table = new_table(columns, ("units",), title=f"{len(items)} units of work")
    for key, count in sorted(counted.items()):
        table.add_row(*key, str(count))
    console.print(table)


def extract_command(
    symbols: Symbols = None,
    provider: Providers = None,
    interval: Intervals = None,
    config: Config = None,
    verbose: Verbose = False,
) -> int:
    """Fetch what is due into landing; takes no lock.

    Example: `tapehouse extract --provider binance`
    """
    settings = begin(config, verbose)
    return once(settings, ["extract"], choice_of(symbols, provider, interval), 0)


def load_command(wait: Wait = 0, config: Config = None, verbose: Verbose = False) -> int:
    """Load accepted landing files into the raw tables.

    Example: `tapehouse load --wait 60`
    """
    return once(begin(config, verbose), ["load"], Choice(), wait)


def build_command(
    select: Annotated[
        str | None, typer.Option("--select", "-s", help="dbt selection, for example daily_bars+.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Rebuild every model from raw.")] = False,
    wait: Wait = 0,
    config: Config = None,
    verbose: Verbose = False,
) -> int:
    """Build and test the models with dbt; publishes nothing.

    Example: `tapehouse build --select technical_indicators`
    """

    def prepare(runner: Runner) -> None:
        runner.select, runner.full_refresh = select, full

    with Screen() as screen:
        report = run(begin(config, verbose), ["build"], Choice(), screen, wait, prepare)
    return close(report)


def publish_command(wait: Wait = 0, config: Config = None, verbose: Verbose = False) -> int:
    """Give readers a new copy of the warehouse as it was last built.

    Example: `tapehouse publish`
    """
    return once(begin(config, verbose), ["publish"], Choice(), wait)
