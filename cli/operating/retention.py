"""`tapehouse retention`: what is older than it is kept, told first, then dropped."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cli.options import Config, Verbose, Wait, begin
from cli.watch import Screen, close, console, new_table
from extract.compaction.retention import ASKED_BY, Going, days_kept
from flows.tidying import Tidied, keep_tidy
from warehouse import errors
from warehouse.errors import UsageError
from warehouse.keeping import Old
from warehouse.settings import Settings

NUMBERS = ("rows or files", "bytes")


def register(app: typer.Typer) -> None:
    @app.command("retention")
    def retention_command(
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before it.")] = False,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Drop what is older than the settings under `[retention]` keep it; tells first.

        What goes is put on record, so that a rebuild gives the same warehouse. Bars, actions
        and symbols are kept for ever.

        Example: `tapehouse retention --dry-run`
        """
        settings = begin(config, verbose)
        would = keep_tidy(settings, dry_run=True, steps=("retain",), wait_seconds=wait)
        show(would, settings)
        if dry_run or not anything(would):
            return errors.DONE
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError("nobody is there to say yes", "add --yes, or --dry-run to look")
            if not typer.confirm("drop all of this?"):
                return errors.NO
        with Screen() as screen:
            done = keep_tidy(settings, watcher=screen, wait_seconds=wait, steps=("retain",))
        return max(close(report) for report in done.reports)


def anything(found: Tidied) -> bool:
    return bool(found.dropped or any(found.removed.values()))


def show(found: Tidied, settings: Settings) -> None:
    table = new_table(("what", "kept", "before", *NUMBERS), NUMBERS, ("what", *NUMBERS))
    for name, kept in kept_of(settings).items():
        going = [one for one in found.dropped if one.table_name == name]
        until = max((str(one.before) for one in going), default="")
        table.add_row(name, kept, until, *counts([one.rows for one in going], going))
    for name, listed in found.removed.items():
        days = getattr(settings.retention, name, None)
        kept = told(days) if name != "published" else f"newest {settings.publish.keep}"
        table.add_row(name, kept, "", *counts([1] * len(listed), listed))
    console.print(table)
    if not anything(found):
        console.print("nothing goes")


def kept_of(settings: Settings) -> dict[str, str]:
    days = days_kept(settings)
    found = {name: told(days.get(name)) for name in (*ASKED_BY, "steps")}
    return found | dict.fromkeys(("requests", "rejected_rows"), "with their rows")


def told(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"


def counts(numbers: Sequence[int], going: Sequence[Going | Old]) -> tuple[str, str]:
    size = sum(one.byte_count for one in going)
    return (f"{sum(numbers):,}", f"{size:,}") if numbers else ("", "")
