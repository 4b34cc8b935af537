"""`tapehouse sandbox`: the sandbox exchange as a server for other programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console


def register(app: typer.Typer) -> None:
    @app.command("sandbox")
    def sandbox_command(
        port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8765,
        seed: Annotated[int | None, typer.Option(help="Another seed is another market.")] = None,
        now: Annotated[
            datetime | None, typer.Option(help="The exchange's hour in UTC at its start.")
        ] = None,
        ticking: Annotated[
            bool, typer.Option("--ticking/--frozen", help="Let its clock run on.")
        ] = True,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Serve a made-up market in the wire formats of the providers, until Ctrl-C.

        Example: `tapehouse sandbox --port 8765 --now 2026-03-11T15:00:00`
        """
        from sandbox import Exchange, serve

        settings = begin(config, verbose)
        hour = now or settings.sandbox.start
        if hour.tzinfo:
            hour = hour.astimezone(UTC).replace(tzinfo=None)
        chosen = settings.sandbox.seed if seed is None else seed
        serve(
            Exchange(seed=chosen, now=hour, port=port, ticking=ticking),
            ready=lambda url: console.print(f"sandbox exchange on {url} (Ctrl-C stops it)"),
        )
