"""Turns that fetch nothing: the week's report, and keeping the folder tidy."""

from __future__ import annotations

from flows.reporting import weekly_report
from flows.run import Watcher
from flows.schedules import Ending, ending_of
from flows.tidying import keep_tidy
from warehouse.settings import Settings


def report(settings: Settings) -> Ending:
    written = weekly_report(settings)
    return Ending("Completed", f"the week's report is {written.page}")


def tidy(settings: Settings, watcher: Watcher | None, wait_seconds: float) -> Ending:
    done = keep_tidy(settings, watcher=watcher, wait_seconds=wait_seconds)
    for one in done.reports:
        if one.errors:
            return ending_of(one)
    removed = ", ".join(f"{len(old)} of {kind}" for kind, old in done.removed.items() if old)
    rows = sum(going.rows for going in done.dropped)
    said = (
        f"run {done.report.run_id}: {done.compacted.files} landing files joined, "
        f"{rows:,} rows dropped, removed {removed or 'nothing'}"
    )
    return Ending("Completed", said, report=done.report)
