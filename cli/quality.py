"""`tapehouse quality`: what the rules found."""

from __future__ import annotations

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console, new_table
from publish import open_market

COUNTS = """
select
    rule, severity, table_name, count(*) as found,
    count(exception_reason) as excepted, min(detail) as example
from data_quality_log
group by rule, severity, table_name
order by case severity when 'alert' then 1 when 'warn' then 2 else 3 end, found desc, rule
"""
NEWEST = """
select rule, key, coalesce('excepted: ' || exception_reason, detail)
from data_quality_log
where severity <> 'info'
order by file_seq desc nulls last, opened_at desc nulls last, rule, key
limit 10
"""


def register(app: typer.Typer) -> None:
    @app.command("quality")
    def quality_command(config: Config = None, verbose: Verbose = False) -> None:
        """Show how often each quality rule found something, and the newest findings.

        Example: `tapehouse quality`
        """
        with open_market(begin(config, verbose).folder.market).connection as connection:
            counts = connection.execute(COUNTS).fetchall()
            newest = connection.execute(NEWEST).fetchall()
        if not counts:
            console.print("no findings")
            return
        columns = ("rule", "severity", "table", "found", "excepted", "example")
        table = new_table(columns, title="Quality findings")
        for rule, severity, name, found, excepted, example in counts:
            table.add_row(rule, severity, name, f"{found:,}", f"{excepted:,}", example or "")
        console.print(table)
        if newest:
            title = "The newest that are more than information"
            table = new_table(("rule", "what", "detail"), title=title)
            for row in newest:
                table.add_row(*(str(cell or "") for cell in row))
            console.print(table)
