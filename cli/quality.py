"""`tapehouse quality`: what the rules found."""

from __future__ import annotations

import typer
from rich.table import Table

from cli.options import Config, Verbose, begin
from cli.watch import console
from publish import open_market

QUERY = """
select rule, severity, table_name, count(*) as found, min(detail) as example
from data_quality_log group by rule, severity, table_name order by severity, found desc, rule
"""


def register(app: typer.Typer) -> None:
    @app.command("quality")
    def quality_command(config: Config = None, verbose: Verbose = False) -> None:
        """Show how often each quality rule found something, with an example.

        Example: `tapehouse quality`
        """
        with open_market(begin(config, verbose).folder.market) as connection:
            rows = connection.execute(QUERY).fetchall()
        table = Table(title="Quality findings")
        for name in ("rule", "severity", "table", "found", "example"):
            table.add_column(name, overflow="fold")
        for rule, severity, name, count, example in rows:
            table.add_row(rule, severity, name, f"{count:,}", example or "")
        console.print(table if rows else "no findings")
