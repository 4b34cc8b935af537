"""`tapehouse down`: ends what `tapehouse up` started."""

from __future__ import annotations

import typer

from cli.operating.up import say
from cli.options import Config, Verbose, begin
from flows.server import up as server


def register(app: typer.Typer) -> None:
    @app.command("down")
    def down_command(config: Config = None, verbose: Verbose = False) -> None:
        """End server and worker, also those that a killed `up` left behind.

        Example: `tapehouse down`; what was landed is kept, the next run goes on from there.
        """
        if not server.down(begin(config, verbose), say):
            say("nothing was up")
