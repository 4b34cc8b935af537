"""`tapehouse status`: what runs did, read from their journals."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import MARKS, console, new_table
from warehouse import runs
from warehouse.lock import FileLock, writer_lock_path
from warehouse.logs import one_line


def register(app: typer.Typer) -> None:
    @app.command("status")
    def status_command(
        last: Annotated[int, typer.Option("--last", "-n", help="How many runs to show.")] = 5,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Show the newest runs, the writer and the published copy; opens no database.

        Example: `tapehouse status -n 20`
        """
        folder = begin(config, verbose).folder
        console.print(f"folder     {folder.root} ({folder.origin or 'not used yet'})")
        lock = FileLock(writer_lock_path(folder.root))
        if lock.try_take():
            lock.release()
            console.print("writer     nobody")
        else:
            console.print(f"writer     {lock.holder()}")
        copy = folder.market.resolve().name if folder.market.exists() else "nothing yet"
        console.print(f"published  {copy}")
        table = new_table(("run", "step", "started (UTC)", "seconds", "rows", "outcome", "error"))
        for run_id in runs.run_ids(folder)[-last:]:
            for step in runs.steps(folder, run_id):
                lasted = step.ended_at - step.started_at if step.ended_at else None
                table.add_row(
                    str(run_id),
                    step.step,
                    f"{step.started_at:%Y-%m-%d %H:%M:%S}",
                    f"{lasted.total_seconds():.1f}" if lasted else "",
                    "" if step.row_count is None else f"{step.row_count:,}",
                    MARKS.get(step.outcome or "", step.outcome or "running"),
                    one_line(step.error or ""),
                )
        console.print(table)
