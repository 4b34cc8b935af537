"""What a person says of a span of bars, and the table of what asking for it costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from cli.watch import new_table
from extract.backfill import Asking, interval_of
from extract.budgets.forecast import Forecast
from flows.backfill import asking_of
from warehouse.settings import Settings

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="SYMBOLS", help="Symbols, asset classes or groups: AAPL, us_tech, crypto, all."
    ),
]
Interval = Annotated[
    str, typer.Option("--interval", "-i", help="1m, 5m, 15m, 1h or 1d; or minute, hour, day.")
]
Multiplier = Annotated[
    int | None, typer.Option(help="With minute, hour or day: how many of them a bar is long.")
]
Days = Annotated[int | None, typer.Option(help="How many days before the end to go back.")]
Start = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="Instead: the first day of the span."),
]
End = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], help="The last day of the span; else today."),
]
Source = Annotated[
    list[str] | None,
    typer.Option("--source", "-s", help="Ask this provider; repeated: in this order."),
]
COLUMNS = ("provider", "plan", "requests", "weight", "takes", "ends at (UTC)", "budget")
NUMBERS = ("requests", "weight", "takes")
UNBROKEN = ("provider", "ends at (UTC)")


def asked_for(
    settings: Settings,
    words: list[str],
    interval: str,
    multiplier: int | None,
    days: int | None,
    start: datetime | None,
    end: datetime | None,
    source: list[str] | None,
) -> Asking:
    return asking_of(
        settings,
        words,
        interval_of(interval, multiplier),
        days,
        start.date() if start else None,
        end.date() if end else None,
        source or (),
    )


def costs(found: Sequence[Forecast]) -> Table:
    """A line for each provider."""
    table = new_table(COLUMNS, NUMBERS, UNBROKEN)
    for one in found:
        table.add_row(
            one.provider,
            one.plan,
            f"{one.requests:,}",
            f"{one.weight:,}",
            str(timedelta(seconds=round(one.seconds))),
            f"{one.ends_at:%Y-%m-%d %H:%M:%S}",
            f"over several days: {one.spent}" if one.spent else "",
        )
    return table
