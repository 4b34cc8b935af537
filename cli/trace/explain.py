"""`tapehouse explain`: where a value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from cli.options import Config, Json, Verbose, begin
from cli.trace.rows import echo_json
from cli.watch import console
from extract.landing import Landing
from publish import open_market

if TYPE_CHECKING:
    from publish.trace.tree import Node

Time = Annotated[
    str, typer.Argument(help="A date, 'YYYY-MM-DD HH:MM' in UTC, or `latest` for the newest row.")
]


def register(app: typer.Typer) -> None:
    @app.command("explain")
    def explain_command(
        symbol: Annotated[str, typer.Argument(help="Symbol of the universe.")],
        time: Time,
        field: Annotated[
            str | None, typer.Argument(help="Field of a mart; without one, the whole row.")
        ] = None,
        interval: Annotated[
            str | None, typer.Option("--interval", "-i", help="Interval of the bar: 1m ... 1d.")
        ] = None,
        table: Annotated[
            str | None, typer.Option("--table", "-t", help="Mart to look in, where several fit.")
        ] = None,
        as_json: Json = False,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Walk a value back: mart row, versions, raw row, landing file, request, run.

        Example: `tapehouse explain AAPL 2026-03-10 close`
        """
        from publish.trace.explain import explain

        folder = begin(config, verbose).folder
        with open_market(folder.market).connection as connection:
            walk = explain(connection, symbol, time, field, interval, table)
        moved_files(Landing(folder), walk.tree)
        if as_json:
            echo_json({"milliseconds": walk.seconds * 1000, **vars(walk.tree)})
            return
        show(walk.tree)
        console.print(f"walked back in {walk.seconds * 1000:.0f} ms")


def moved_files(landing: Landing, tree: Node) -> None:
    """Readers' copies know a file by where it was accepted; say where its rows are since then."""
    if tree.kind == "file":
        move = landing.moved.of(tree.facts["file_seq"])
        if move and move.path:
            tree.text += f", now in landing/{move.path}"
            tree.facts = {**tree.facts, "compacted_path": move.path}
    for child in tree.children:
        moved_files(landing, child)


def show(tree: Node) -> None:
    """A drawn tree on a terminal, indented lines for a pipe."""
    if console.is_terminal:
        console.print(_drawn(tree))
    else:
        typer.echo("\n".join(_lines(tree)))


def _drawn(node: Node) -> Tree:
    drawn = Tree(escape(node.text))
    for child in node.children:
        drawn.children.append(_drawn(child))
    return drawn


def _lines(node: Node, depth: int = 0) -> list[str]:
    beneath = [line for child in node.children for line in _lines(child, depth + 1)]
    return [f"{'  ' * depth}{node.text}", *beneath]
