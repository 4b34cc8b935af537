"""The one edge to Prefect: a turn as a flow run, its steps and providers as tasks."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from prefect import get_run_logger, runtime, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext
from prefect.logging.handlers import PrefectConsoleHandler
from prefect.states import Completed

from extract.plan import Choice
from flows.run import STEPS, Runner
from flows.schedules import Ending, Lines, closing_lines
from flows.turns.frames import frame_of
from flows.turns.taking import FLOWS, Turn, take
from warehouse import logs, settings
from warehouse.errors import BusyError, ProviderAwayError
from warehouse.runs import Step
from warehouse.settings import Settings

RETRY_DELAYS = [30, 120]


def scheduled(
    flow: str,
    market: str = "us",
    choice: Choice | None = None,
    force: bool = False,
    wait_seconds: float = 300,
) -> Any:
    """Take a turn inside a flow run; only an ending with an error fails it."""
    logger = get_run_logger()
    watcher, chosen = Lines(logger.info), choice or Choice()
    turn = Turn(opened(), flow, market, chosen, force, wait_seconds, watcher, as_tasks)
    flow_run = FlowRunContext.get().flow_run
    slot, frame = None, None
    # Only what the schedule started can be too late; a person's run is never.
    if flow_run.auto_scheduled and flow_run.expected_start_time:
        slot = flow_run.expected_start_time.astimezone(UTC).replace(tzinfo=None)
        frame = frame_of(flow, runtime.deployment.name)
    ending = take(turn, slot, frame)
    show_steps(flow, ending)
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


def as_tasks(runner: Runner) -> None:
    """Show each step as a task, and within extraction each provider."""
    runner.around = as_provider_task
    for name in STEPS:
        setattr(runner, name, _as_task(name, getattr(runner, name)))


def _as_task(name: str, work: Callable[[Step], None]) -> Callable[[Step], None]:
    def shown(step: Step) -> None:
        busy: list[BusyError] = []

        def attempt() -> Any:
            try:
                work(step)
            except BusyError as error:
                busy.append(error)
                return Completed(name="Busy", message=error.message)
            return None

        task(attempt, name=name, cache_policy=NO_CACHE, tags={f"step:{name}"})()
        if busy:
            raise busy[0]

    return shown


def as_provider_task(provider: str, ask: Callable[[], bool]) -> None:
    """Only who was away altogether is asked again, before others stand in for it."""

    def attempt() -> None:
        if not ask():
            raise ProviderAwayError(f"no answer from {provider}")

    own = task(
        attempt,
        name=f"extract {provider}",
        cache_policy=NO_CACHE,
        tags={f"provider:{provider}"},
        retries=len(RETRY_DELAYS),
        retry_delay_seconds=RETRY_DELAYS,
    )
    try:
        own()
    except ProviderAwayError:
        # The run's report has each unit of it, and the run goes on.
        return


def show_steps(flow: str, ending: Ending) -> None:
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
    create_table_artifact(table, key=f"{flow}-steps", description=logs.redact(ending.message))


def script(flow: str, arguments: Sequence[str]) -> int:
    """The same turn without Prefect, for a shell or a cron line."""
    parser = argparse.ArgumentParser(description="One turn of the flow, without a Prefect server.")
    parser.add_argument("symbols", nargs="*", help="only these symbols of the universe")
    if FLOWS[flow].of_a_market:
        parser.add_argument("--market", default="us")
        parser.add_argument("--force", action="store_true", help="although there is no work")
    parser.add_argument("--wait", type=float, default=300, help="seconds to wait for a writer")
    asked = parser.parse_args(arguments)

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    turn = Turn(opened(), flow, choice=Choice(tuple(asked.symbols)), wait_seconds=asked.wait)
    turn.watcher = Lines(say)
    turn.market = getattr(asked, "market", turn.market)
    turn.force = getattr(asked, "force", False)
    ending = take(turn)
    for line in closing_lines(ending):
        say(line)
    return ending.exit_code
