"""`tapehouse reproduce`: an export made again from landing, compared byte for byte."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Config, Verbose, Wait, begin
from cli.watch import Screen, console
from flows.remaking.reproduce import Reproduced, reproduce
from warehouse import errors
from warehouse.logs import one_line


def register(app: typer.Typer) -> None:
    @app.command("reproduce")
    def reproduce_command(
        run: Annotated[
            int | None, typer.Argument(help="Number of the export. [the newest]")
        ] = None,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Make the files of an export again from landing as it was then, and compare them.

        All is built in a scratch folder, nothing of yours is touched. Exits with 1 when a file
        differs, and tells what else changed since.

        Example: `tapehouse reproduce 12`
        """
        settings = begin(config, verbose)
        with Screen() as screen:
            found = reproduce(settings, run, screen, wait)
        show(found)
        return errors.NO if found.different or found.altered else errors.DONE


def show(found: Reproduced) -> None:
    lines = [
        f"export {found.run_id}, made again from landing files 1 to {found.file_seq}",
        f"the same: {', '.join(found.same) or 'nothing'}",
        *(f"differs: {name}: {why}" for name, why in found.different.items()),
        *(f"was altered since: {path}" for path in found.altered),
        *(f"changed since the export: {why}" for why in found.reasons),
    ]
    for line in lines:
        console.print(one_line(line), markup=False, soft_wrap=True)
