"""Keeping the folder tidy: landing compacted, and what is older than it is kept dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from extract.compaction import healing, joining, moving, retention
from extract.compaction.joining import Compacted
from extract.compaction.retention import Going
from extract.landing import Landing
from flows.origin import folder_clock
from flows.run import Report, Watcher, clear_words, run
from publish import snapshot
from warehouse import clock, keeping
from warehouse.errors import TapehouseError, UsageError
from warehouse.keeping import Old
from warehouse.runs import Run, Step
from warehouse.settings import Settings

STEPS = ("compact", "retain")


@dataclass
class Tidied:
    """What was done, or would be; `report` has the journalled steps and what went wrong."""

    report: Report
    compacted: Compacted = field(default_factory=Compacted)
    dropped: list[Going] = field(default_factory=list)
    # What it is (runs, logs, exports, published) and what goes of it.
    removed: dict[str, list[Old]] = field(default_factory=dict)
    # The run that brought the warehouse and readers after the dropped rows.
    followed: Report | None = None

    @property
    def reports(self) -> list[Report]:
        return [self.report, *([self.followed] if self.followed else [])]


def keep_tidy(
    settings: Settings,
    dry_run: bool = False,
    watcher: Watcher | None = None,
    wait_seconds: float = 0,
    steps: Sequence[str] = STEPS,
    before: date | None = None,
) -> Tidied:
    """Compact, then retain, as one run; safe to be run twice, at once, late, or killed.

    Rows that went are gone for readers too when it ends: the warehouse is built and published.
    """
    watcher = watcher or Watcher()
    with folder_clock(settings) as own:
        if dry_run:
            found = Tidied(Report(0))
            _compact(own, found, Step(0, 1, "compact", clock.system_now()), before, True, 0, steps)
            _retain(own, found, Step(0, 2, "retain", clock.system_now()), True, 0, steps)
            return found
        found = _tidy(own, watcher, wait_seconds, steps, before)
    if found.dropped and not found.report.errors:
        found.followed = run(
            settings, ("load", "build", "publish"), watcher=watcher, wait_seconds=wait_seconds
        )
    return found


def _tidy(
    settings: Settings,
    watcher: Watcher,
    wait_seconds: float,
    steps: Sequence[str],
    before: date | None,
) -> Tidied:
    folder = settings.folder
    with moving.tidier(folder, wait_seconds):
        started = Run.start(folder)
        found = Tidied(Report(started.run_id))
        try:
            gone = healing.heal_held(Landing(folder), wait_seconds)
            found.report.healed = [f"removed {name}, whose rows are elsewhere" for name in gone]
            for name in STEPS:
                if name not in steps:
                    continue
                with _journalled(started, name, found.report, watcher, folder.root) as step:
                    if name == "compact":
                        _compact(settings, found, step, before, False, wait_seconds, steps)
                    else:
                        _retain(settings, found, step, False, wait_seconds, steps)
        except TapehouseError as error:
            found.report.errors.append(error)
        finally:
            started.end()
        return found


@contextmanager
def _journalled(
    started: Run, name: str, report: Report, watcher: Watcher, root: Path
) -> Iterator[Step]:
    watcher.step_started(name)
    try:
        with started.step(name) as step:
            report.steps.append(step)
            with clear_words(root, "tidying"):
                yield step
    finally:
        watcher.step_ended(report.steps[-1])


def _compact(
    settings: Settings,
    found: Tidied,
    step: Step,
    before: date | None,
    dry_run: bool,
    wait_seconds: float,
    steps: Sequence[str],
) -> None:
    if "compact" not in steps:
        return
    landing = Landing(settings.folder, settings.landing.format)
    found.compacted = joining.compact(
        landing, step.run_id, last_day(settings, before), dry_run, wait_seconds
    )
    found.report.damaged = found.compacted.damaged
    step.row_count = sum(one.rows for one in found.compacted.tables.values())


def last_day(settings: Settings, before: date | None) -> date:
    """Files of the present day are never compacted: more of them come."""
    today = clock.now().date()
    if before is None:
        return today - timedelta(days=settings.landing.compact_after_days - 1)
    if before > today:
        raise UsageError(
            f"{before} has not begun: the folder lives on {today}", "name a day up to that"
        )
    return before


def _retain(
    settings: Settings,
    found: Tidied,
    step: Step,
    dry_run: bool,
    wait_seconds: float,
    steps: Sequence[str],
) -> None:
    if "retain" not in steps:
        return
    folder, section = settings.folder, settings.retention
    landing = Landing(folder, settings.landing.format)
    days = retention.days_kept(settings)
    found.dropped = retention.retain(landing, step.run_id, days, dry_run, wait_seconds)
    found.removed = {
        "exports": list(keeping.old_exports(folder, section.exports)),
        "published": [
            Old(path, path.stat().st_size, clock.system_now())
            for path in snapshot.unneeded(folder, settings.publish.keep)
        ],
    }
    if not dry_run:
        _remove(found.removed)
    # Exports first: a run that an export named may go when the export is gone.
    found.removed["runs"] = list(keeping.old_runs(folder, section.runs))
    if not dry_run:
        _remove({"runs": found.removed["runs"]})
    step.row_count = sum(going.rows for going in found.dropped)


def _remove(old: dict[str, list[Old]]) -> None:
    for listed in old.values():
        for one in listed:
            keeping.remove(one)
