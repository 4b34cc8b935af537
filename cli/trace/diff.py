"""`tapehouse diff`: what changed between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.options import Config, Json, Verbose, begin
from cli.trace.rows import echo_json, table_of
from cli.watch import console
from publish import open_market
from publish.trace.rules import change_of
from warehouse import errors

if TYPE_CHECKING:
    from publish.trace.diff import Diff

MEANING = {
    "new": "bars not seen before, counted for each provider",
    "healed": "bars that had been gaps",
    "restated": "values a provider changed beyond its noise",
    "rebased": "bars read anew because a split became known",
    "corporate_actions": "splits and dividends that move the adjusted prices before them",
    "set_aside": "rows in quarantine",
    "rules": "rules that changed",
}
Run = Annotated[int | None, typer.Argument(help="Number of a run, see `tapehouse status`.")]


def register(app: typer.Typer) -> None:
    @app.command("diff")
    def diff_command(
        run_a: Run = None,
        run_b: Run = None,
        symbols: Annotated[
            str | None, typer.Option("--symbols", help="Only these, separated by commas.")
        ] = None,
        interval: Annotated[
            str | None, typer.Option("--interval", "-i", help="Only bars of this interval.")
        ] = None,
        limit: Annotated[
            int, typer.Option("--limit", "-n", help="How many changes of each cause to show.")
        ] = 10,
        as_json: Json = False,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Tell what changed between the states after two runs, and why; exits with 1 if anything.

        Without numbers it takes the last two runs that landed something.

        Example: `tapehouse diff 3 5 --symbols AAPL,MSFT --interval 1d`
        """
        from publish.trace.diff import diff

        names = [name.strip() for name in (symbols or "").split(",") if name.strip()]
        with open_market(begin(config, verbose).folder.market).connection as connection:
            found = diff(connection, run_a, run_b, names, interval, limit)
        if as_json:
            echo_json(vars(found))
        else:
            show(found)
        return errors.NO if found else errors.DONE


def show(found: Diff) -> None:
    span = found.span
    console.print(
        f"from the state after run {span.run_a} (file {span.after}) "
        f"to that after run {span.run_b} (file {span.until})"
    )
    table = Table("cause", "changes", "what it means")
    table.columns[1].justify = "right"
    for change in found.changes:
        table.add_row(change.cause.replace("_", " "), f"{change.count:,}", MEANING[change.cause])
    console.print(table)
    for change in found.changes:
        if change.cause == "rules":
            for row in change.rows:
                told = change_of(row["kind"], row["name"], row["old_value"], row["new_value"])
                console.print(f"run {row['run_id']}: {told}", markup=False)
        elif change.rows:
            shown = f", the first {len(change.rows)}" if change.count > len(change.rows) else ""
            title = f"{change.cause.replace('_', ' ')}: {change.count:,}{shown}"
            console.print(table_of(change.rows, title))
    for title, rows in (("files", found.files), ("requests", found.requests)):
        if rows:
            console.print(table_of(rows, title))
    if not found:
        console.print("nothing changed")
