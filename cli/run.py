"""`tapehouse run`: everything that is due, once or again and again."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import typer

from cli.endings import ending_apart
from cli.options import Config, Intervals, Providers, Symbols, Verbose, Wait, begin
from cli.watch import Screen, close, complain, console
from extract.plan import Choice
from flows.run import STEPS, run
from flows.turns.taking import FLOWS, MARKET_HOURS, Turn, take
from warehouse import clock, dbt_runner, errors, runs
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
            list[str] | None,
            typer.Option(
                help="Only while this market is open, and only what belongs to it; may be repeated."
            ),
        ] = None,
        flow: Annotated[
            str | None,
            typer.Option(help=f"A turn of this flow as its schedule takes it: {', '.join(FLOWS)}."),
        ] = None,
        force: Annotated[
            bool, typer.Option("--force", help="With --market or --flow: although it has no work.")
        ] = False,
        provider: Providers = None,
        interval: Intervals = None,
        full: Annotated[bool, typer.Option("--full", help="Rebuild every model from raw.")] = False,
        wait: Wait = 0,
        config: Config = None,
        verbose: Verbose = False,
    ) -> int:
        """Fetch what is due, load it, build, and publish for readers.

        Example: `tapehouse run AAPL MSFT --every 30s`, or `tapehouse run --flow after-close`
        """
        settings = begin(config, verbose)
        choice = choice_of(symbols, provider, interval)
        names = [name.strip() for name in steps.split(",") if name.strip()]
        if market or flow:
            if full or tuple(names) != STEPS:
                raise UsageError("a flow has its own steps", "leave out --steps and --full")
            turns = [
                Turn(settings, flow or MARKET_HOURS, name, choice, force, wait)
                for name in market or ["us"]
            ]
            return again_and_again(settings, lambda: max([turned(turn) for turn in turns]), every)
        return again_and_again(settings, lambda: once(settings, names, choice, wait, full), every)


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


def turned(turn: Turn) -> int:
    """One turn, with the same guards as under a scheduler."""
    with Screen() as screen:
        ending = take(replace(turn, watcher=screen))
    if ending.report:
        close(ending.report)
    elif ending.error:
        complain(ending.error)
    if not ending.error:
        console.print(ending.message, markup=False, soft_wrap=True)
    return ending.exit_code


def again_and_again(settings: Settings, work: Callable[[], int], every: str | None) -> int:
    """Until Ctrl-C or SIGTERM, or until only a person can mend what is wrong.

    A run that was missed while the machine slept is not made up for.
    """
    if every is None:
        return work()
    distance = seconds_of(every)
    # Each run would read it anew, for it ends with its process.
    dbt_runner.manifest_of(settings.folder, settings.profile)
    while True:
        started = clock.monotonic()
        code = ending_apart(work)
        runs.give_way()
        if code in (errors.USAGE, errors.CONFIGURATION):
            return code
        clock.sleep(max(0.0, distance - (clock.monotonic() - started)))
