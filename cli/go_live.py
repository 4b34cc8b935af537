"""`tapehouse go-live`: from made-up data to real data."""

from __future__ import annotations

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console
from flows.go_live import go_live


def register(app: typer.Typer) -> None:
    @app.command("go-live")
    def go_live_command(config: Config = None, verbose: Verbose = False) -> None:
        """Move sandbox data aside and start a folder of real data.

        Example: `tapehouse go-live`; then `tapehouse run`
        """
        folder = begin(config, verbose).folder
        aside = go_live(folder)
        if aside:
            console.print(f"the sandbox's data is now in {aside}", soft_wrap=True)
        console.print("this folder is for real data; `tapehouse run` fetches it")
