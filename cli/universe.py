"""`tapehouse universe`: which instruments are followed, and what they are called since when."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console, new_table
from extract import universe as instruments
from flows.origin import folder_clock

On = Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="The day, 2022-06-09.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Which instruments are followed.", no_args_is_help=True)
    app.add_typer(group, name="universe")
    group.command("add")(add)
    group.command("rename")(rename)
    group.command("delist")(delist)
    group.command("list")(show)


def add(
    symbols: Annotated[list[str], typer.Argument(help="Symbols as the provider writes them.")],
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Add symbols to the personal universe, data_extracts/universe.csv.

    A symbol that a delisted or renamed instrument once held becomes a new instrument.

    Example: `tapehouse universe add TSLA`
    """
    with folder_clock(begin(config, verbose)) as settings:
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


def rename(
    old: Annotated[str, typer.Argument(help="The symbol it goes by.")],
    new: Annotated[str, typer.Argument(help="The symbol it goes by from that day on.")],
    on: On,
    provider: Annotated[
        str | None, typer.Option("--provider", "-p", help="Only this provider writes it anew.")
    ] = None,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Give an instrument a new symbol from a day on; its number and its bars stay its own.

    Example: `tapehouse universe rename ORCL ORC --on 2026-04-01`
    """
    with folder_clock(begin(config, verbose)) as settings:
        one = instruments.rename(settings.folder, old, new, on.date(), provider)
    console.print(
        f"instrument {one.instrument_id}, {one.name}: {old} until {on:%Y-%m-%d}, {new} since"
    )


def delist(
    symbol: Annotated[str, typer.Argument(help="The symbol it goes by.")],
    on: On,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Say which day was an instrument's last; its bars stay, later ones are not asked for.

    Example: `tapehouse universe delist TWTR --on 2022-10-28`
    """
    with folder_clock(begin(config, verbose)) as settings:
        one = instruments.delist(settings.folder, symbol, on.date())
    console.print(f"instrument {one.instrument_id}, {one.name}: delisted on {on:%Y-%m-%d}")


def show(config: Config = None, verbose: Verbose = False) -> None:
    """List every instrument that is followed.

    Example: `tapehouse universe list`
    """
    columns = ("id", "symbol", "name", "class", "calendar", "groups")
    table = new_table(columns, unbroken=("id", "symbol", "class", "calendar"))
    for one in instruments.instruments(begin(config, verbose).folder):
        ended = f" (until {one.delisted_on})" if one.delisted_on else ""
        table.add_row(
            str(one.instrument_id), one.symbol, one.name + ended, one.asset_class,
            one.calendar, one.groups,
        )  # fmt: skip
    console.print(table)
