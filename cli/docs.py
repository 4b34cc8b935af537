"""`tapehouse docs`: the dbt docs site of the warehouse as one page."""

from __future__ import annotations

import shutil

import typer

from cli.options import Config, Verbose, Wait, begin
from cli.watch import console
from warehouse import dbt_runner
from warehouse.errors import TapehouseError
from warehouse.lock import writer


def register(app: typer.Typer) -> None:
    @app.command("docs")
    def docs_command(wait: Wait = 0, config: Config = None, verbose: Verbose = False) -> None:
        """Write the documentation of every table and column to data_extracts/docs/index.html.

        Example: `tapehouse docs`; then open the page in a browser.
        """
        settings = begin(config, verbose)
        folder = settings.folder
        with writer(folder.root, "docs", wait):
            answer = dbt_runner.invoke(folder, settings.profile, ["docs", "generate", "--static"])
        if not answer.success:
            raise TapehouseError(
                f"dbt docs failed: {answer.exception}", "`dbt docs generate` tells all of it"
            )
        page = folder.docs / "index.html"
        shutil.copyfile(folder.state / "dbt" / "static_index.html", page)
        console.print(f"wrote {page}", soft_wrap=True)
