"""Whether a scheduled run has work at this hour, and how it ended, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from extract.outcomes import Outcome
from extract.plan import Choice
from flows.origin import folder_clock
from flows.run import Report, Runner, Watcher, run
from warehouse import clock, errors, market_hours
from warehouse.errors import BusyError, ProviderAwayError, TapehouseError
from warehouse.logs import one_line, redact
from warehouse.runs import Step
from warehouse.settings import Settings

DISTANCE = timedelta(minutes=15)
# The bars of the last quarter of an hour, and the day's own, can be asked for only after the close.
AFTER_CLOSE = 2 * DISTANCE
AWAY = {Outcome.UNAVAILABLE, Outcome.THROTTLED, Outcome.BLOCKED}
UNITS = {"plan": "units of work", "build": "models", "publish": "bytes", "extract": "rows landed"}


@dataclass(frozen=True)
class Ending:
    """How a scheduled run ended; only one with an error has failed."""

    name: str
    message: str
    exit_code: int = errors.DONE
    report: Report | None = None
    error: TapehouseError | None = None


class Lines(Watcher):
    """Says one line when a step has ended."""

    def __init__(self, say: Callable[[str], Any]) -> None:
        self._say = say

    def step_ended(self, step: Step) -> None:
        self._say(step_line(step))


def take_turn(
    settings: Settings,
    market: str = "us",
    choice: Choice | None = None,
    force: bool = False,
    wait_seconds: float = 0,
    watcher: Watcher | None = None,
    prepare: Callable[[Runner], Any] | None = None,
) -> Ending:
    """One run if the market is open (or forced), else nothing at all."""
    closed = None if force else skipped(settings, market)
    return closed or ending_of(
        run(settings, choice=choice, watcher=watcher, wait_seconds=wait_seconds, prepare=prepare)
    )


def skipped(settings: Settings, market: str) -> Ending | None:
    calendar = market_hours.calendar_of(market)
    with folder_clock(settings):
        opens_at = next_open(calendar, clock.now())
    if opens_at is None:
        return None
    return Ending("Skipped", f"skipped: closed, next open {opens_at:%Y-%m-%d %H:%M} UTC")


def next_open(calendar: str, now: datetime) -> datetime | None:
    """None while there is something to fetch: in a session, and shortly after its close."""
    for session in market_hours.sessions(calendar, now - AFTER_CLOSE, now + timedelta.resolution):
        pause, resume = session.break_starts_at, session.break_ends_at
        if pause and resume and pause + AFTER_CLOSE <= now < resume:
            return resume
        return None
    return market_hours.upcoming(calendar, now).opens_at


def overtaken(scheduled_at: datetime) -> Ending | None:
    """After downtime all late runs start, oldest first; the newest alone does all the work."""
    planned = scheduled_at.astimezone(UTC).replace(tzinfo=None)
    if clock.system_now() - planned < DISTANCE:
        return None
    return Ending("Skipped", f"skipped: late, was due {planned:%Y-%m-%d %H:%M} UTC, a newer run is")


def ending_of(report: Report) -> Ending:
    """What is landed stays, so a busy warehouse or an absent provider is the next run's work."""
    busy = next((error for error in report.errors if isinstance(error, BusyError)), None)
    broken = [e for e in report.errors if not isinstance(e, BusyError | ProviderAwayError)]
    if broken:
        return Ending("Failed", broken[0].message, broken[0].exit_code, report, broken[0])
    if busy:
        said = f"busy, the next run takes it; {busy.message}"
        return Ending("Busy", said, busy.exit_code, report)
    if report.failures:
        away = provider_away(report)
        said = (
            f"{len(report.failures)} of {len(report.planned)} units failed, "
            f"the next run asks again; {summary(report)}"
        )
        code = away.exit_code if away else errors.FAILED_UNITS
        return Ending("FailedUnits", said, code, report)
    if report.damaged:
        said = f"what the damaged files held is asked for again; {summary(report)}"
        return Ending("FailedUnits", said, errors.FAILED_UNITS, report)
    return Ending("Completed", summary(report), errors.DONE, report)


def provider_away(report: Report) -> ProviderAwayError | None:
    """Set when no unit at all was answered, and none for a reason of its own."""
    if not report.failures or len(report.failures) < len(report.planned):
        return None
    if any(failure.outcome not in AWAY for failure in report.failures):
        return None
    return ProviderAwayError(f"no answer to any of {len(report.planned)} units")


def summary(report: Report) -> str:
    counts = {step.step: step.row_count or 0 for step in report.steps}
    said = f"run {report.run_id}: {counts.get('extract', 0):,} rows landed"
    said += f", {counts.get('build', 0):,} models built"
    if report.published:
        said += f", published {report.published.path.name}"
    if report.damaged:
        said += f", {len(report.damaged)} damaged landing files left out"
    if report.warnings:
        said += f", {len(report.warnings)} quality rules found something"
    return said


def step_line(step: Step) -> str:
    seconds = (step.ended_at - step.started_at).total_seconds() if step.ended_at else 0.0
    said = f"{step.step:<8} {step.outcome}  {seconds:6.1f} s"
    if step.row_count is not None:
        said += f"  {step.row_count:>12,} {UNITS.get(step.step, 'rows')}"
    if step.error:
        said += f"  {one_line(redact(step.error))}"
    return said


def findings(report: Report) -> str:
    told = ", ".join(
        f"{name.removeprefix('quality_')} {count:,}" for name, count in report.warnings
    )
    return f"quality findings: {told}; see `tapehouse quality`"


def closing_lines(ending: Ending) -> Iterator[str]:
    """What was put right, set aside or went wrong, and last how it ended."""
    report = ending.report
    if report:
        yield from (f"healed: {line}" for line in report.healed)
        for failure in report.failures[:20]:
            item = failure.item
            yield one_line(
                f"failed unit: {item.provider} {item.name}: {failure.outcome}: "
                + redact(failure.detail)
            )
        if len(report.failures) > 20:
            yield f"... and {len(report.failures) - 20} more, see `requests`"
        for path, reason in report.damaged:
            yield f"damaged landing file left out: {path}: {one_line(reason)}"
        if report.warnings:
            yield findings(report)
    if ending.error:
        yield one_line(redact(f"error: {ending.message}"))
        if ending.error.next_step:
            yield f"  next: {redact(ending.error.next_step)}"
    else:
        yield one_line(redact(ending.message))
