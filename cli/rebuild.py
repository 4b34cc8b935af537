"""`tapehouse rebuild`: the warehouse made again from landing alone."""

from __future__ import annotations

import typer

from cli.options import Config, Verbose, Wait, begin
from cli.watch import Screen, close, console
from flows.remaking.rebuild import rebuild


def register(app: typer.Typer) -> None:
    @app.command("rebuild")
    def rebuild_command(wait: Wait = 0, config: Config = None, verbose: Verbose = False) -> int:
        """Make the warehouse again from the landing files alone, then publish it.

        The warehouse that was there is kept beside it under a name that tells when.

        Example: `tapehouse rebuild`
        """
        settings = begin(config, verbose)
        with Screen() as screen:
            report, aside = rebuild(settings, screen, wait)
        if aside:
            console.print(f"the old warehouse is kept as {aside.name}")
        return close(report)
