"""`tapehouse universe`: which instruments are followed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from cli.options import Config, Verbose, begin
from cli.watch import console
from extract import universe as instruments


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Which instruments are followed.", no_args_is_help=True)
    app.add_typer(group, name="universe")
    group.command("add")(add)
    group.command("list")(show)


def add(
    symbols: Annotated[list[str], typer.Argument(help="Symbols as the provider writes them.")],
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Add symbols to the personal universe, data_extracts/universe.csv.

    Example: `tapehouse universe add TSLA`
    """
    settings = begin(config, verbose)
    added = instruments.add(settings.folder, symbols)
    for one in added:
        console.print(
            f"added {one.symbol} as {one.asset_class} on {one.calendar} in {one.currency}"
        )
    for symbol in dict.fromkeys(symbols):
        if symbol not in {one.symbol for one in added}:
            console.print(f"{symbol} is in the universe already")
    if added:
        console.print(f"correct it in {settings.folder.personal_universe} if that is wrong")


def show(config: Config = None, verbose: Verbose = False) -> None:
    """List every instrument that is followed.

    Example: `tapehouse universe list`
    """
    table = Table()
    for name in ("id", "symbol", "name", "class", "calendar", "currency", "groups"):
        table.add_column(name)
    for one in instruments.instruments(begin(config, verbose).folder):
        table.add_row(
            str(one.instrument_id), one.symbol, one.name, one.asset_class,
            one.calendar, one.currency, one.groups,
        )  # fmt: skip
    console.print(table)
