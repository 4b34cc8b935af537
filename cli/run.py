"""`tapehouse run`: everything that is due, once or again and again."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from cli.options import Config, Intervals, Providers, Symbols, Verbose, Wait, begin
from cli.watch import Screen, close, console
from extract.plan import Choice
from flows.run import STEPS, run
from flows.schedules import skipped
from warehouse import clock
from warehouse.errors import UsageError
from warehouse.settings import Settings

LENGTH = re.compile(r"(\d+)\s*(s|m|h)")
SECONDS = {"s": 1, "m": 60, "h": 3600}


def choice_of(
    symbols: list[str] | None, providers: list[str] | None, intervals: list[str] | None
) -> Choice:
    return Choice(tuple(symbols or ()), tuple(providers or ()), tuple(intervals or ()))


def seconds_of(text: str) -> int:
    found = LENGTH.fullmatch(text.strip())
    if not found or int(found[1]) == 0:
        raise UsageError(f"not a length of time: {text!r}", "write it like 30s, 15m or 1h")
    return int(found[1]) * SECONDS[found[2]]


def register(app: typer.Typer) -> None:
    @app.command("run")
    def run_command(
        symbols: Symbols = None,
        steps: Annotated[
            str, typer.Option(help=f"Which steps, separated by commas: {','.join(STEPS)}.")
        ] = ",".join(STEPS),
        every: Annotated[
            str | None, typer.Option(help="Run again and again at this distance: 30s, 15m, 1h.")
        ] = None,
        market: Annotated[
            str | None, typer.Option(help="With --every: only while this market is open.")
        ] = None,
        provider: Providers = None,
        interval: Intervals = None,
        full: Annotated[bool, typer.Option("--full", help="Rebuild every model from raw.")] = False,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Fetch what is due, load it, build, and publish for readers.

        Example: `tapehouse run` or `tapehouse run AAPL MSFT --every 30s`
        """
        settings = begin(config, verbose)
        choice = choice_of(symbols, provider, interval)
        names = [name.strip() for name in steps.split(",") if name.strip()]
        if every:
            return again_and_again(settings, names, choice, seconds_of(every), market, wait)
        return once(settings, names, choice, wait, full)


def once(
    settings: Settings, steps: list[str], choice: Choice, wait: float, full: bool = False
) -> int:
    with Screen() as screen:
        report = run(
            settings,
            steps,
            choice,
            screen,
            wait,
            prepare=lambda runner: setattr(runner, "full_refresh", full),
        )
    return close(report)


def again_and_again(
    settings: Settings,
    steps: list[str],
    choice: Choice,
    distance: int,
    market: str | None,
    wait: float,
) -> int:
    """Until Ctrl-C or SIGTERM; a run that was missed while the machine slept is not made up for."""
    while True:
        started = clock.monotonic()
        closed = skipped(settings, market) if market else None
        if closed:
            console.print(closed.message)
        else:
            once(settings, steps, choice, wait)
        clock.sleep(max(0.0, distance - (clock.monotonic() - started)))
