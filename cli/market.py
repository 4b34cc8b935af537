"""`tapehouse market`: whether a market is open, for people and for schedulers."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Config, Verbose, begin
from cli.watch import console
from flows.origin import folder_clock
from warehouse import clock, errors, market_hours

Market = Annotated[str, typer.Argument(help="us, crypto, london, ... or a calendar such as XNYS.")]


def register(app: typer.Typer) -> None:
    market = typer.Typer(help="When markets are open.", no_args_is_help=True)
    app.add_typer(market, name="market")
    market.command("status")(status)
    market.command("should-start")(should_start)


def status(name: Market = "us", config: Config = None, verbose: Verbose = False) -> None:
    """Say whether a market is open, and until or from when.

    Example: `tapehouse market status crypto`
    """
    with folder_clock(begin(config, verbose)):
        console.print(told(market_hours.calendar_of(name)))


def should_start(name: Market = "us", config: Config = None, verbose: Verbose = False) -> int:
    """Exit 0 when the market is open and 1 when it is closed.

    Example: `tapehouse market should-start us && tapehouse run`
    """
    with folder_clock(begin(config, verbose)):
        calendar = market_hours.calendar_of(name)
        console.print(told(calendar))
        return errors.DONE if market_hours.current(calendar) else errors.NO


def told(calendar: str) -> str:
    now = clock.now()
    session = market_hours.current(calendar, now)
    if session:
        early = ", an early close" if session.is_early_close else ""
        return (
            f"{calendar} is open: session {session.session_date}, "
            f"closes {session.closes_at:%Y-%m-%d %H:%M} UTC{early} (now {now:%Y-%m-%d %H:%M} UTC)"
        )
    opens = market_hours.upcoming(calendar, now).opens_at
    return f"{calendar} is closed: opens {opens:%Y-%m-%d %H:%M} UTC (now {now:%Y-%m-%d %H:%M} UTC)"
