"""`tapehouse compact`: old landing files joined by table and day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from cli.options import Config, Verbose, Wait, begin
from cli.watch import Screen, close, console, new_table
from extract.compaction.joining import Compacted
from flows.tidying import keep_tidy
from warehouse import errors

Before = Annotated[
    datetime | None,
    typer.Option("--before", formats=["%Y-%m-%d"], help="Only days before this one."),
]
NUMBERS = ("days", "files", "rows", "bytes", "bytes after")


def register(app: typer.Typer) -> None:
    @app.command("compact")
    def compact_command(
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Only say what would be joined.")
        ] = False,
        before: Before = None,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Join the landing files of each table and finished day into one smaller file.

        The rows are proven equal, by count and hash of what was read back, before an old file
        goes; the warehouse can be rebuilt as ever. Only what is loaded is touched.

        Example: `tapehouse compact --before 2026-03-01 --dry-run`
        """
        settings = begin(config, verbose)
        day: date | None = before.date() if before else None
        with Screen() as screen:
            done = keep_tidy(settings, dry_run, screen, wait, ("compact",), day)
        show(done.compacted, dry_run)
        return close(done.report) if not dry_run else errors.DONE


def show(found: Compacted, dry_run: bool) -> None:
    if not found.files:
        console.print("nothing to compact")
        return
    columns = ("table", *(NUMBERS[:-1] if dry_run else NUMBERS))
    table = new_table(columns, NUMBERS, NUMBERS)
    joined = [found.tables[name] for name in sorted(found.tables)]
    for one in joined:
        row = [one.days, one.files, one.rows, one.bytes_before, one.bytes_after]
        told = [f"{number:,}" for number in row]
        table.add_row(one.table_name, *told[: len(columns) - 1])
    console.print(table)
    before, after = (sum(sizes) for sizes in zip(*(one.sizes for one in joined), strict=True))
    if dry_run:
        console.print(f"{found.files:,} files, {before:,} bytes; nothing was changed")
    else:
        files = sum(one.files_after for one in joined)
        console.print(
            f"{found.files:,} files became {files:,}: {before:,} bytes became {after:,} "
            f"({after / before:.0%})"
        )
