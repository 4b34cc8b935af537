"""`tapehouse sql`: a question to the published copy."""

from __future__ import annotations

import csv
import sys
from typing import Annotated

import duckdb
import typer

from cli.options import Config, Verbose, begin
from cli.watch import console, new_table
from publish import open_market
from warehouse.errors import UsageError
from warehouse.logs import one_line


def register(app: typer.Typer) -> None:
    @app.command("sql")
    def sql_command(
        query: Annotated[str, typer.Argument(help="One SQL statement.")],
        as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Ask the published copy; it never blocks a writer and cannot change anything.

        Example: `tapehouse sql "select symbol, price from latest_prices order by symbol"`
        """
        with open_market(begin(config, verbose).folder.market).connection as connection:
            try:
                result = connection.execute(query)
            except duckdb.Error as error:
                raise UsageError(
                    str(error).strip(), '`tapehouse sql "show tables"` lists what there is'
                ) from None
            names = [column[0] for column in result.description or ()]
            rows = result.fetchall()
        if as_csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(names)
            writer.writerows(rows)
            return
        table = new_table(names)
        for row in rows:
            table.add_row(*("" if value is None else one_line(str(value)) for value in row))
        console.print(table)
        console.print(f"{len(rows):,} rows")
