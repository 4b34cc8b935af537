"""`tapehouse quarantine`: rows and files that were set aside."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from cli.options import Config, Verbose, begin
from cli.watch import console
from publish import open_market
from warehouse.logs import one_line

ROWS = """
select rule, table_name, symbol, interval, opened_at, detail, payload, file_seq
from quarantined_rows where rule = coalesce(?, rule)
order by rule = 'null_bar', file_seq desc, row_number limit ?
"""
FILES = "select path, reason from landing_files where state = 'damaged' order by file_seq desc"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Rows and files that were set aside.", no_args_is_help=True)
    app.add_typer(group, name="quarantine")
    group.command("list")(show)


def show(
    last: Annotated[int, typer.Option("--last", "-n", help="How many rows to show.")] = 20,
    rule: Annotated[str | None, typer.Option(help="Only rows that broke this rule.")] = None,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """List the newest rows in quarantine, bars without values last, and every damaged file.

    Example: `tapehouse quarantine list -n 50`
    """
    folder = begin(config, verbose).folder
    with open_market(folder.market) as connection:
        rows = connection.execute(ROWS, [rule, last]).fetchall()
        files = connection.execute(FILES).fetchall()
    for path, reason in files:
        console.print(f"damaged file {path}: {one_line(reason)}", markup=False)
    for reason_file in sorted((folder.inbox / "rejected").glob("*.reason.txt")):
        reason = one_line(reason_file.read_text(encoding="utf-8").strip())
        console.print(f"refused file {reason_file.name.removesuffix('.reason.txt')}: {reason}")
    table = Table()
    for name in ("rule", "from", "symbol", "interval", "opened at", "detail", "payload", "file"):
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else one_line(str(value)) for value in row))
    console.print(table if rows else "no rows in quarantine")
