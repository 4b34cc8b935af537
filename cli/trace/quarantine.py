"""`tapehouse quarantine`: rows and files that were set aside, and what other rules would do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Config, Json, Verbose, Wait, begin
from cli.trace.rows import echo_json, table_of
from cli.watch import Screen, close, console
from publish import open_market
from publish.trace.rules import change_of
from publish.trace.tree import Row, rows
from warehouse import errors
from warehouse.folder import DataFolder
from warehouse.logs import one_line

if TYPE_CHECKING:
    from flows.remaking.replay import Replayed

Rule = Annotated[str | None, typer.Option("--rule", help="Only rows that broke this rule.")]

CHOSEN = """
from quarantined_rows left join instruments using (instrument_id)
where rule = coalesce(?, rule) and provider = coalesce(?, provider)
    and coalesce(? in (quarantined_rows.symbol, instruments.symbol), ?)
"""
COUNTS = f"""
select rule, provider, count(*) as found, max(opened_at) as newest, min(detail) as example
{CHOSEN} group by all order by found desc, rule, provider
"""
# Every rule shows its newest rows before any rule shows more of them.
ROWS = f"""
select rule, table_name, quarantined_rows.symbol, interval, opened_at, detail, payload, file_seq,
    row_number
{CHOSEN}
order by row_number() over (
    partition by rule order by file_seq desc, opened_at desc, row_number desc
), rule limit ?
"""
FILES = "select path, reason from landing_files where state = 'damaged' order by file_seq desc"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Rows and files that were set aside.", no_args_is_help=True)
    app.add_typer(group, name="quarantine")
    group.command("list")(show)
    group.command("replay")(replay_command)


def show(
    rule: Rule = None,
    symbol: Annotated[
        str | None, typer.Option("--symbol", help="Only rows of this symbol.")
    ] = None,
    provider: Annotated[
        str | None, typer.Option("--provider", "-p", help="Only rows of this provider.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many rows to show.")] = 20,
    as_json: Json = False,
    config: Config = None,
    verbose: Verbose = False,
) -> None:
    """Count what is in quarantine by rule, with the newest rows of each, and name damaged files.

    Example: `tapehouse quarantine list --rule price_relations -n 50`
    """
    folder = begin(config, verbose).folder
    chosen = [rule, provider, symbol, symbol is None]
    with open_market(folder.market).connection as connection:
        counts, found = rows(connection, COUNTS, chosen), rows(connection, ROWS, [*chosen, limit])
        damaged = rows(connection, FILES)
    refused = _refused(folder)
    if as_json:
        echo_json(
            {"rules": counts, "rows": found, "damaged_files": damaged, "refused_files": refused}
        )
        return
    for file in damaged:
        console.print(f"damaged file {file['path']}: {one_line(file['reason'])}", markup=False)
    if damaged:
        console.print("when its bytes are restored, `tapehouse rebuild` takes a damaged file in")
    for file in refused:
        console.print(f"refused file {file['file']}: {file['reason']}", markup=False)
    if not counts:
        console.print("no rows in quarantine")
        return
    console.print(table_of(counts, "Rows set aside by rule"))
    if found:
        console.print(table_of(found, "The newest of each rule"))


def _refused(folder: DataFolder) -> list[Row]:
    """Files of the inbox that could not be read at all."""
    return [
        {
            "file": path.name.removesuffix(".reason.txt"),
            "reason": one_line(path.read_text(encoding="utf-8").strip()),
        }
        for path in sorted((folder.inbox / "rejected").glob("*.reason.txt"))
    ]


def replay_command(
    rule: Rule = None,
    publish: Annotated[
        bool, typer.Option("--publish", help="If anything differs, build and publish it.")
    ] = False,
    as_json: Json = False,
    wait: Wait = 0,
    config: Config = None,
    verbose: Verbose = False,
) -> int:
    """See what today's rules make of the rows already landed, before readers get it.

    Change a var, a seed or a model, then replay: all is built on a copy and compared with the
    published one. Exits with 1 when anything would change; `--publish` makes it so. A damaged
    landing file that was restored is taken in by `tapehouse rebuild`, not by this.

    Example: `tapehouse quarantine replay --rule price_relations`
    """
    from flows.remaking.replay import replay

    settings = begin(config, verbose)
    with Screen() as screen:
        done = replay(settings, publish, None if as_json else screen, wait)
    found = done.differences
    if rule:
        for name in ("released", "set_aside", "findings"):
            setattr(found, name, [row for row in getattr(found, name) if row["rule"] == rule])
    if as_json:
        echo_json({"rules": done.rules, **vars(found)})
    else:
        _show(done)
    if done.report:
        return close(done.report)
    return errors.NO if found else errors.DONE


def _show(done: Replayed) -> None:
    found = done.differences
    for one in done.rules:
        console.print(
            f"rule changed: {change_of(one.kind, one.name, one.old, one.new)}", markup=False
        )
    if not found:
        console.print("nothing would change")
        return
    for title, listed in (
        ("Rows released", found.released),
        ("Rows newly set aside", found.set_aside),
        ("Bars", found.bars),
        ("Findings", found.findings),
    ):
        if listed:
            console.print(table_of(listed, title))
    if not done.report:
        console.print("nothing was changed; `tapehouse quarantine replay --publish` makes it so")
