"""One run: plan, extract, load, build, publish; each step also runs by its own name."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extract import failover, journal, plan, raw_tables, reference
from extract.context import Failure
from extract.landing import Landing
from extract.ledger import sources
from extract.plan import Choice
from extract.work import WorkItem
from flows import healing
from flows.origin import folder_clock, market_source
from publish import snapshot
from publish.snapshot import Published
from warehouse import dbt_runner
from warehouse.errors import TapehouseError, UsageError, full_disk
from warehouse.lock import writer
from warehouse.runs import Run, Step
from warehouse.settings import Settings

DOING = {
    "plan": "planning",
    "extract": "fetching",
    "load": "loading",
    "build": "building",
    "publish": "publishing",
}
STEPS = tuple(DOING)


class Watcher:
    """Sees a run go by; the command line draws it, a flow logs it."""

    def step_started(self, name: str, total: int | None = None) -> None: ...

    def moved(self, amount: int = 1, rows: int = 0) -> None: ...

    def told(self, line: str) -> None: ...

    def step_ended(self, step: Step) -> None: ...


@dataclass
class Report:
    """What a run did, for the closing table and the exit code."""

    run_id: int
    steps: list[Step] = field(default_factory=list)
    planned: list[WorkItem] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    damaged: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, int]] = field(default_factory=list)
    healed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    published: Published | None = None
    errors: list[TapehouseError] = field(default_factory=list)
    node_seconds: dict[str, float] = field(default_factory=dict)


class Runner:
    """Carries one run's settings from step to step; a step leaves its result in the report."""

    def __init__(self, settings: Settings, run: Run, choice: Choice, watcher: Watcher) -> None:
        self.settings = settings
        self.folder = settings.folder
        self.run = run
        self.choice = choice
        self.watcher = watcher
        self.landing = Landing(settings.folder, settings.landing.format)
        self.report = Report(run.run_id)
        self.wait_seconds = 0.0
        self.full_refresh = False
        self.select: str | None = None
        self.work_list: Callable[[Runner], list[WorkItem]] = all_that_is_due
        # Set when what was planned leaves nothing to do for the steps that follow.
        self.is_done = False

    def plan(self, step: Step) -> None:
        self.report.planned = self.work_list(self)
        step.row_count = len(self.report.planned)

    def extract(self, step: Step) -> None:
        """Takes no lock: landing has its own, and readers and builds go on meanwhile."""
        reference.join_dropped(self.folder, self.report.planned)
        reference.land_sessions(self.landing, self.run.run_id, self.report.planned)
        reference.land_personal_universe(self.landing, self.run.run_id)
        reference.land_rules(self.landing, self.run.run_id)
        reference.land_sources(self.settings, self.landing, self.run.run_id)
        self.watcher.step_started("extract", len(self.report.planned))
        done, notes = failover.fetch_all(
            self.settings,
            self.landing,
            self.run.run_id,
            self.report.planned,
            self.choice,
            self.watcher.moved,
        )
        self.report.notes += notes
        self.report.failures = done.failures
        step.row_count = done.rows
        if done.failures:
            step.error = f"{len(done.failures)} of {done.units} units failed"

    def load(self, step: Step) -> None:
        with writer(self.folder.root, f"run {self.run.run_id}: load", self.wait_seconds):
            done = raw_tables.load(self.folder, self.landing)
            if journal.land_steps(self.landing, self.run.run_id):
                raw_tables.load(self.folder, self.landing)
        self.report.damaged = done.damaged
        step.row_count = done.rows
        if done.damaged:
            step.error = f"{len(done.damaged)} damaged landing files were left out"

    def build(self, step: Step) -> None:
        with writer(self.folder.root, f"run {self.run.run_id}: build", self.wait_seconds):
            # A rule that changed since the load is on record before anything is built by it.
            if reference.land_rules(self.landing, self.run.run_id):
                raw_tables.load(self.folder, self.landing)
            built = dbt_runner.build(
                self.folder,
                self.settings.profile,
                select=self.select,
                full_refresh=self.full_refresh,
                on_node=lambda _: self.watcher.moved(),
            )
        self.report.warnings = built.warnings
        self.report.node_seconds = built.node_seconds
        step.row_count = built.models

    def publish(self, step: Step) -> None:
        self.report.published = snapshot.publish(
            self.folder, self.settings.publish.keep, self.wait_seconds
        )
        step.row_count = self.report.published.byte_count


def all_that_is_due(runner: Runner) -> list[WorkItem]:
    if keyless := sources.without_keys(runner.settings, runner.choice.providers):
        runner.report.notes.append(keyless)
    return plan.make(runner.settings, runner.landing, runner.choice)


def run(
    settings: Settings,
    steps: Sequence[str] = STEPS,
    choice: Choice | None = None,
    watcher: Watcher | None = None,
    wait_seconds: float = 0,
    prepare: Callable[[Runner], Any] | None = None,
    move_on: bool = True,
) -> Report:
    """Run the named steps in order; what was landed before an error stays landed."""
    unknown = [name for name in steps if name not in STEPS]
    if unknown:
        raise UsageError(f"no such step: {', '.join(unknown)}", f"steps are: {', '.join(STEPS)}")
    watcher = watcher or Watcher()
    ordered = [name for name in STEPS if name in steps or (name == "plan" and "extract" in steps)]
    source = market_source(settings, move_on) if "extract" in ordered else folder_clock(settings)
    full = clear_words(settings.folder.root, "beginning a run")
    with full, source as own, _started(own) as started:
        healed = healing.heal(own.folder)
        runner = Runner(own, started, choice or Choice(), watcher)
        runner.report.healed = healed
        runner.wait_seconds = wait_seconds
        if prepare:
            prepare(runner)
        for name in ordered:
            watcher.step_started(name)
            try:
                with _step(started, name, runner) as step:
                    getattr(runner, name)(step)
            except TapehouseError as error:
                runner.report.errors.append(error)
                # What was landed before a disk filled or a provider went away is still good.
                if name != "extract":
                    break
            if runner.is_done:
                break
        return runner.report


@contextmanager
def _started(settings: Settings) -> Iterator[Run]:
    started = Run.start(settings.folder)
    try:
        yield started
    finally:
        started.end()


@contextmanager
def _step(started: Run, name: str, runner: Runner) -> Iterator[Step]:
    try:
        with started.step(name) as step:
            runner.report.steps.append(step)
            with clear_words(runner.folder.root, DOING[name]):
                yield step
    finally:
        runner.watcher.step_ended(runner.report.steps[-1])


@contextmanager
def clear_words(root: Path, doing: str) -> Iterator[None]:
    """A full disk is told in our words, whichever library met it first."""
    try:
        yield
    except TapehouseError:
        raise
    except Exception as error:
        free = shutil.disk_usage(root).free
        told = full_disk(error, f"{doing} in {root} ({free:,} bytes free)")
        if told is None:
            raise
        raise told from error
