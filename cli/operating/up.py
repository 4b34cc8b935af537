"""`tapehouse up`: Prefect's server, the schedules and a worker, started and stopped as one."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console
from flows.server import up as server


def register(app: typer.Typer) -> None:
    @app.command("up")
    def up_command(
        detach: Annotated[
            bool, typer.Option("--detach", "-d", help="In the background; logs in logs/up.log.")
        ] = False,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Run every schedule until Ctrl-C; what you paused or resumed stays so.

        Example: `tapehouse up --detach`, then `prefect deployment run 'market-hours/us'`
        """
        settings = begin(config, verbose)
        if detach:
            server.detached(settings, say, str(config) if config else None)
        else:
            server.up(settings, say)


def say(line: str) -> None:
    console.print(line, markup=False, soft_wrap=True)
