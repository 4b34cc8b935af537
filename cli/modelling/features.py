"""`tapehouse features`: train and test files that hold nothing of what came later."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console, new_table
from flows.origin import folder_clock
from flows.run import clear_words
from publish import open_market

if TYPE_CHECKING:
    from publish.features.export import Exported

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Use only what was known then: 2026-03-10T20:00, UTC. [newest]"),
]
OnlySymbols = Annotated[
    str | None, typer.Option("--symbols", help="Only these, separated by commas: AAPL,MSFT.")
]


def names(text: str | None) -> tuple[str, ...]:
    """In one order, so that the same choice is the same export."""
    return tuple(sorted({part.strip().upper() for part in (text or "").split(",")} - {""}))


def register(app: typer.Typer) -> None:
    @app.command("features")
    def features_command(
        split: Annotated[
            datetime,
            typer.Option(formats=["%Y-%m-%d"], help="First day of the test rows: 2025-06-01."),
        ],
        as_of: AsOf = None,
        symbols: OnlySymbols = None,
        horizon: Annotated[
            int, typer.Option(help="Bars that a label looks ahead.", min=1, max=10_000)
        ] = 1,
        embargo: Annotated[
            int, typer.Option(help="Bars after the split that are left out of test.", min=0)
        ] = 0,
        features: Annotated[
            str, typer.Option(help="Groups of features: price, volume, index.")
        ] = "price",
        keep_nulls: Annotated[
            bool, typer.Option("--keep-nulls", help="Keep rows whose windows are not full yet.")
        ] = False,
        output: Annotated[
            Path | None,
            typer.Option("--output", "-o", help="Folder to write. [exports/features/...]"),
        ] = None,
        config: Config = None,
        verbose: Verbose = False,
    ) -> None:
        """Write train, test and latest rows for a model as Parquet, free of leaks.

        Only what was known at the instant counts; no train label reaches the split; the same
        question gives the same bytes, also later. docs/features.md says what each column is.

        Example: `tapehouse features --as-of 2026-03-10T20:00 --split 2025-06-01 --horizon 5`
        """
        from publish.features.export import Asked, default_name, export
        from publish.features.instant import known, parsed
        from publish.features.split import Cut

        settings = begin(config, verbose)
        folder = settings.folder
        at = parsed(as_of) if as_of else None
        groups = tuple(part.strip() for part in features.split(",") if part.strip())
        asked = Asked(Cut(split.date(), horizon, embargo, keep_nulls), groups, names(symbols))
        with (
            folder_clock(settings),
            clear_words(folder.root, "exporting features"),
            open_market(folder.market).connection as connection,
        ):
            copy = Path(connection.execute("select path from duckdb_databases()").fetchall()[0][0])
            held = known(connection, at)
            target = output or folder.exports / "features" / default_name(held, asked)
            done = export(connection, copy.name, held, asked, target)
        show(done)
        if held.is_newest and held.as_of > held.known_at:
            console.print(
                f"note: this copy holds nothing that became known after {held.known_at} UTC; "
                "what was fetched since and before the instant is not in it yet",
            )


def show(done: Exported) -> None:
    told = done.manifest
    columns = ("file", "rows", "symbols", "from", "to", "SHA-256")
    title = f"Features as of {told['as_of']} UTC"
    table = new_table(columns, ("rows", "symbols"), title=title)
    for one in told["files"]:
        table.add_row(
            one["name"].removesuffix(".parquet"),
            f"{one['rows']:,}",
            str(one["instruments"]),
            one["first_date"] or "",
            one["last_date"] or "",
            one["sha256"][:12],
        )
    console.print(table)
    features = sum(one["role"] == "feature" for one in told["columns"])
    left = ", ".join(
        f"{told['rows'][name]:,} {name}"
        for name in ("incomplete", "purged", "embargoed")
        if told["rows"][name]
    )
    console.print(f"{features} features, label {told['horizon']} bars ahead; left out: {left}")
    console.print(f"written to {done.folder}", soft_wrap=True, markup=False)
