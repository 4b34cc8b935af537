"""`tapehouse quote`: the last known price of some symbols."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import JustifyMethod
from rich.table import Table

from cli.options import Config, Verbose, begin
from cli.watch import console
from publish import open_market
from warehouse import errors

QUERY = """
select symbol, price, currency, change, change_pct, previous_close, priced_at, provider
from latest_prices where symbol in (select unnest(?)) order by symbol
"""
NUMBERS = ("price", "change", "%", "previous\nclose")


def register(app: typer.Typer) -> None:
    @app.command("quote")
    def quote_command(
        symbols: Annotated[list[str], typer.Argument(help="Symbols of the universe.")],
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Show the last known price of symbols, from the published copy.

        Example: `tapehouse quote AAPL BTCUSDT`
        """
        with open_market(begin(config, verbose).folder.market).connection as connection:
            rows = connection.execute(QUERY, [symbols]).fetchall()
        table = Table()
        for name in ("symbol", "price", "currency", "change", "%", "previous\nclose", "at (UTC)"):
            text = name in ("symbol", "currency")
            # A number that a narrow terminal cuts is another number.
            justify: JustifyMethod = "left" if text else "right"
            table.add_column(name, justify=justify, no_wrap=name in NUMBERS, overflow="fold")
        table.add_column("provider", overflow="fold")
        for symbol, price, currency, change, percent, previous, at, provider in rows:
            colour = "green" if (change or 0) >= 0 else "red"
            table.add_row(
                symbol, _number(price), currency, f"[{colour}]{_number(change)}[/]",
                f"[{colour}]{_number(percent, 2)}[/]", _number(previous),
                f"{at:%Y-%m-%d %H:%M:%S}", provider,
            )  # fmt: skip
        console.print(table)
        unknown = sorted(set(symbols) - {row[0] for row in rows})
        if unknown:
            console.print(f"no price for: {', '.join(unknown)}; see `tapehouse universe list`")
        return errors.NO if unknown else errors.DONE


def _number(value: object, decimals: int = 4) -> str:
    if value is None:
        return ""
    text = f"{float(str(value)):,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals > 2 else text
