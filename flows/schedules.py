"""How a run ended, in words and as an exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from extract.outcomes import Outcome
from flows.run import Report, Watcher
from warehouse import errors
from warehouse.errors import BusyError, ProviderAwayError, TapehouseError
from warehouse.logs import one_line, redact
from warehouse.runs import Step

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
        yield from (one_line(note) for note in report.notes)
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
