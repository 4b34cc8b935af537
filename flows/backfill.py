"""Backfill: the history of a span, fetched once, then loaded, built and published like a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extract import backfill as spans
from extract import journal, universe
from extract.backfill import Asking, Planned, span_of
from extract.budgets.forecast import Forecast, forecast
from extract.landing import Landing
from extract.plan import Choice
from extract.providers import canonical
from extract.work import WorkItem
from flows.origin import at_its_source, folder_clock
from flows.run import STEPS, Report, Runner, Watcher, run
from publish import open_market
from warehouse import clock
from warehouse.settings import Settings


@dataclass
class Backfilled:
    """What the run did, and what it had planned, if it came to that."""

    report: Report
    planned: Planned | None


def asking_of(
    settings: Settings,
    words: Sequence[str],
    interval: str,
    days: int | None,
    start: date | None,
    end: date | None,
    sources: Sequence[str],
) -> Asking:
    """The span in session dates, as seen at the folder's hour; a wrong name begins no run."""
    with folder_clock(settings):
        first, last = span_of(days, start, end, clock.now().date())
    names = tuple(canonical(source) for source in sources)
    asking = Asking(tuple(words), interval, first, last, names)
    asking.instruments(universe.instruments(settings.folder))
    return asking


def planned(settings: Settings, asking: Asking) -> tuple[Planned, list[Forecast]]:
    """What a backfill would ask for, what that costs and when it ends; asks nothing."""
    with folder_clock(at_its_source(settings)) as own:
        found = spans.make(own, Landing(own.folder), asking)
        return found, forecast(own, found.items)


def backfill(
    settings: Settings,
    asking: Asking,
    watcher: Watcher | None = None,
    wait_seconds: float = 0,
    build: bool = True,
) -> Backfilled:
    """Ask for what is not landed; a killed one goes on from what is.

    The sandbox's clock stands still, so that a second one has nothing left to ask.
    """
    watcher = watcher or Watcher()
    found: list[Planned] = []

    def work_list(runner: Runner) -> list[WorkItem]:
        own = spans.make(runner.settings, runner.landing, asking)
        found.append(own)
        for line in own.lines():
            watcher.told(line)
        runner.is_done = not own.items and not (build and _waiting(runner))
        return own.items

    report = run(
        settings,
        STEPS if build else STEPS[:3],
        watcher=watcher,
        wait_seconds=wait_seconds,
        choice=Choice(providers=asking.sources),
        prepare=lambda runner: setattr(runner, "work_list", work_list),
        move_on=False,
    )
    return Backfilled(report, found[0] if found else None)


def _waiting(runner: Runner) -> bool:
    """Whether anything is landed that readers have not, because a run was stopped or killed."""
    published = 0
    if runner.folder.market.exists():
        with open_market(runner.folder.market).connection as connection:
            row = connection.execute("select max(file_seq) from landing_files").fetchone()
        published = int(row[0]) if row and row[0] else 0
    return any(
        line.table_name not in journal.TABLES
        for line in runner.landing.manifest.lines(after=published)
    )
