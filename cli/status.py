"""`tapehouse status`: what runs did and what is next, read from journals and calendars."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import MARKS, console, new_table
from flows.server.place import Place
from flows.turns import journal
from flows.turns.upcoming import upcoming
from warehouse import runs
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path
from warehouse.logs import one_line
from warehouse.settings import Settings


def register(app: typer.Typer) -> None:
    @app.command("status")
    def status_command(
        last: Annotated[
            int, typer.Option("--last", "-n", help="How many runs and turns to show.")
        ] = 5,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Show the newest runs and turns, what is next and who writes; opens no database.

        Example: `tapehouse status -n 20`
        """
        settings = begin(config, verbose)
        folder = settings.folder
        console.print(f"folder     {folder.root} ({folder.origin or 'not used yet'})")
        lock = FileLock(writer_lock_path(folder.root))
        if lock.try_take():
            lock.release()
            console.print("writer     nobody")
        else:
            console.print(f"writer     {lock.holder()}")
        copy = folder.market.resolve().name if folder.market.exists() else "nothing yet"
        console.print(f"published  {copy}")
        place = Place.of(settings)
        pid = place.lock_pid()
        console.print(
            f"schedules  up at {place.remembered().get('address', place.address)}, process {pid}"
            if pid
            else "schedules  not up; `tapehouse up` starts them"
        )
        _runs(folder, last)
        _turns(folder, last)
        if pid:
            _next(settings)


def _runs(folder: DataFolder, last: int) -> None:
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


def _turns(folder: DataFolder, last: int) -> None:
    """Why something ran, and why it did not; equal skips in a row are one line."""
    entries = journal.every(folder)[-last:] if last > 0 else []
    if not entries:
        return
    table = new_table(("turn (UTC)", "flow", "market", "outcome", "what"), unbroken=("outcome",))
    for one in entries:
        times = f" x{one.count}" if one.count > 1 else ""
        shown = (f"{one.until:%Y-%m-%d %H:%M}", one.flow, one.market, f"{one.outcome}{times}")
        table.add_row(*shown, one_line(one.message))
    console.print(table)


def _next(settings: Settings) -> None:
    table = new_table(("schedule", "next with work (market time)"))
    found = upcoming(settings)
    for one in found:
        if not one.is_paused:
            table.add_row(one.frame.full_name, one.told)
    console.print(table)
    if paused := [one.frame.full_name for one in found if one.is_paused]:
        console.print(f"paused     {', '.join(paused)}")
