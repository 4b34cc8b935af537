"""The flow `market-hours`: one run while a market is open; also runs as a plain script."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable
from typing import Any

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.states import Completed

from extract.plan import Choice
from flows import schedules
from flows.run import STEPS, Runner
from flows.schedules import Ending, Lines, closing_lines, take_turn
from warehouse import logs, settings
from warehouse.errors import BusyError
from warehouse.runs import Step
from warehouse.settings import Settings

RETRY_DELAYS = [30, 120]


@flow(name="market-hours")  # type: ignore[untyped-decorator]
def market_hours(
    market: str = "us",
    symbols: list[str] | None = None,
    providers: list[str] | None = None,
    force: bool = False,
    wait_seconds: float = 300,
) -> Any:
    """Fetch what is due, load it, build, and publish for readers, if the market is open."""
    logger = get_run_logger()
    ending = superseded() or take_turn(
        opened(),
        market,
        Choice(tuple(symbols or ()), tuple(providers or ())),
        force,
        wait_seconds,
        Lines(logger.info),
        prepare=as_tasks,
    )
    show_steps(ending)
    for line in closing_lines(ending):
        logger.info(line)
    if ending.error:
        raise ending.error
    return Completed(name=ending.name, message=ending.message)


def opened() -> Settings:
    found = settings.load()
    found.folder.prepare()
    logs.configure(found.folder.logs, found.log)
    # Prefect gives the root logger a console, where each step would be told a second time.
    for handler in logging.getLogger().handlers:
        if isinstance(handler, PrefectConsoleHandler):
            handler.addFilter(logging.Filter("prefect"))
    return found


def superseded() -> Ending | None:
    """Only what the schedule started can be too late; a person's run is never."""
    flow_run = FlowRunContext.get().flow_run
    if not flow_run.auto_scheduled or flow_run.expected_start_time is None:
        return None
    return schedules.overtaken(flow_run.expected_start_time)


def as_tasks(runner: Runner) -> None:
    """Show each step as a task; only extraction meets a network, so only it is tried again."""
    for name in STEPS:
        setattr(runner, name, _as_task(name, runner, getattr(runner, name)))


def _as_task(name: str, runner: Runner, work: Callable[[Step], None]) -> Callable[[Step], None]:
    delays = RETRY_DELAYS if name == "extract" else []

    def shown(step: Step) -> None:
        busy: list[BusyError] = []

        def attempt() -> Any:
            try:
                work(step)
            except BusyError as error:
                busy.append(error)
                return Completed(name="Busy", message=error.message)
            if name == "extract" and (away := schedules.provider_away(runner.report)):
                raise away
            return None

        again = {"retries": len(delays), "retry_delay_seconds": delays} if delays else {}
        task(attempt, name=name, cache_policy=NO_CACHE, **again)()
        if busy:
            raise busy[0]

    return shown


def show_steps(ending: Ending) -> None:
    if ending.report is None:
        return
    table = [
        {
            "step": step.step,
            "outcome": step.outcome,
            "seconds": (step.ended_at - step.started_at).total_seconds() if step.ended_at else None,
            "rows": step.row_count,
            "error": logs.redact(step.error or ""),
        }
        for step in ending.report.steps
    ]
    create_table_artifact(table, key="market-hours-steps", description=ending.message)


def once(arguments: list[str]) -> int:
    """The same run without Prefect, for a shell or a cron line."""
    parser = argparse.ArgumentParser(description="One run of the flow, without a Prefect server.")
    parser.add_argument("symbols", nargs="*", help="only these symbols of the universe")
    parser.add_argument("--market", default="us")
    parser.add_argument("--force", action="store_true", help="run although the market is closed")
    parser.add_argument("--wait", type=float, default=300, help="seconds to wait for a writer")
    asked = parser.parse_args(arguments)

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    ending = take_turn(
        opened(), asked.market, Choice(tuple(asked.symbols)), asked.force, asked.wait, Lines(say)
    )
    for line in closing_lines(ending):
        say(line)
    return ending.exit_code


if __name__ == "__main__":
    sys.exit(once(sys.argv[1:]))
