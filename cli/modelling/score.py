"""`tapehouse score`: a model of one's own, whose scores come back as a table."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.modelling.features import AsOf, OnlySymbols, names
from cli.options import Config, Verbose, Wait, begin
from cli.watch import Screen, close, console


def register(app: typer.Typer) -> None:
    @app.command("score")
    def score_command(
        name: Annotated[str, typer.Argument(help="Name under [scoring] in tapehouse.toml.")],
        as_of: AsOf = None,
        symbols: OnlySymbols = None,
        every_row: Annotated[
            bool, typer.Option("--all", help="Score the whole history, not the newest rows alone.")
        ] = False,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Hand the newest features to a model of your own and publish its scores.

        The model is a Python file with `score(table)`; docs/features.md has one. Its answer is
        checked, landed, and read as `select * from scores`. Rows that do not hold are set aside
        with their reason, and the command ends with 65.

        Example: `tapehouse score momentum --symbols AAPL,MSFT`
        """
        from flows.scoring import score
        from publish.features.instant import parsed

        settings = begin(config, verbose)
        at = parsed(as_of) if as_of else None
        with Screen() as screen:
            done = score(settings, name, at, names(symbols), every_row, screen, wait)
        console.print(
            f"{done.landed:,} of {done.asked:,} rows scored by {name} as of {done.as_of} UTC"
        )
        assert done.report is not None
        return close(done.report)
