"""`tapehouse export`: tables of the published copy as files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Config, Verbose, Wait, begin
from cli.watch import Screen, console, new_table
from warehouse.logs import one_line

if TYPE_CHECKING:
    from flows.exports import Exported


def listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def register(app: typer.Typer) -> None:
    @app.command("export")
    def export_command(
        formats: Annotated[
            str | None,
            typer.Option(
                "--format",
                "-f",
                help="xlsx, csv, json, parquet, sql, lineprotocol; several with commas. [csv]",
            ),
        ] = None,
        tables: Annotated[
            str | None,
            typer.Option("--tables", "-t", help="Only these, separated by commas: daily_bars."),
        ] = None,
        symbols: Annotated[
            str | None,
            typer.Option("--symbols", help="Only these, separated by commas: AAPL,MSFT."),
        ] = None,
        where: Annotated[
            str | None,
            typer.Option("--where", help="Only rows for which this SQL condition holds."),
        ] = None,
        first: Annotated[
            datetime | None,
            typer.Option("--from", formats=["%Y-%m-%d"], help="Only this day and later."),
        ] = None,
        last: Annotated[
            datetime | None,
            typer.Option("--to", formats=["%Y-%m-%d"], help="Only this day and earlier."),
        ] = None,
        as_of: Annotated[
            str | None,
            typer.Option("--as-of", help="As it was known then: 2026-03-10T20:00, UTC."),
        ] = None,
        batch_size: Annotated[
            int, typer.Option(help="Rows of one insert of the SQL dump.", min=1, max=100_000)
        ] = 1000,
        output: Annotated[
            Path | None, typer.Option("--output", "-o", help="One file here, of one format.")
        ] = None,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Write tables as files for people and programs, all of them or none.

        They go to `exports/RUN/` of the data folder with a manifest; `tapehouse reproduce RUN`
        makes the same bytes again.

        Example: `tapehouse export --format xlsx,csv --symbols AAPL --from 2026-01-01`
        """
        from flows.exports import make
        from publish.exports import formats as known
        from publish.exports import target
        from publish.exports.export import Asked
        from publish.features.instant import parsed

        settings = begin(config, verbose)
        named = listed(formats) or ((target.format_of(output),) if output else ("csv",))
        asked = Asked(
            known.chosen(named),
            listed(tables),
            listed(symbols),
            where or "",
            _day(first),
            _day(last),
            parsed(as_of) if as_of else None,
            batch_size,
        )
        with Screen() as screen:
            done = make(settings, asked, output, screen, wait_seconds=wait)
        show(done)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def show(done: Exported) -> None:
    told = done.manifest
    columns = ("file", "rows", "bytes", "SHA-256")
    title = f"Export {told['run_id']} of {told['published_copy']}"
    table = new_table(columns, ("rows", "bytes"), title=title)
    for one in told["files"]:
        table.add_row(
            one["name"], f"{one['row_count']:,}", f"{one['byte_count']:,}", one["sha256"][:12]
        )
    console.print(table)
    for note in told["notes"]:
        console.print(f"note: {one_line(note)}", markup=False, soft_wrap=True)
    where = told["files"][0].get("path") or done.folder
    console.print(f"written to {where}", markup=False, soft_wrap=True)
