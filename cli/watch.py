"""Drawing a run: a progress line for each step, and the tables that close it."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.run import Report, Watcher
from warehouse import errors
from warehouse.logs import one_line
from warehouse.runs import Step

console = Console(highlight=False)

MARKS = {"ok": "[green]ok[/]", "failed": "[red]failed[/]", "busy": "[yellow]busy[/]"}


class Screen(Watcher):
    """Progress bars on a terminal, one plain line a step elsewhere."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", visible=False)

    def __enter__(self) -> Screen:
        if console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def step_started(self, name: str, total: int | None = None) -> None:
        self._progress.reset(self._task, description=name, total=total, visible=True)

    def moved(self, amount: int = 1) -> None:
        self._progress.advance(self._task, amount)

    def step_ended(self, step: Step) -> None:
        self._progress.update(self._task, visible=False)
        console.print(_line(step))


def _line(step: Step) -> str:
    seconds = (step.ended_at - step.started_at).total_seconds() if step.ended_at else 0.0
    said = f"{step.step:<8} {MARKS.get(step.outcome or '', step.outcome)}  {seconds:6.1f} s"
    if step.row_count is not None:
        said += f"  {step.row_count:>12,} {UNITS.get(step.step, 'rows')}"
    if step.error:
        said += f"  {one_line(step.error)}"
    return said


UNITS = {"plan": "units of work", "build": "models", "publish": "bytes", "extract": "rows landed"}


def close(report: Report) -> int:
    """Say what was set aside or went wrong; return the exit code."""
    for line in report.healed:
        console.print(f"healed: {one_line(line)}")
    if report.failures:
        table = Table(title=f"{len(report.failures)} units failed; the next run asks again")
        for name in ("provider", "unit", "outcome", "detail"):
            table.add_column(name, overflow="fold")
        for failure in report.failures[:20]:
            item = failure.item
            table.add_row(item.provider, item.name, str(failure.outcome), one_line(failure.detail))
        console.print(table)
        if len(report.failures) > 20:
            console.print(f"... and {len(report.failures) - 20} more, see `requests`")
    for path, reason in report.damaged:
        console.print(f"[red]damaged[/] landing file left out: {path}: {one_line(reason)}")
    if report.warnings:
        told = ", ".join(
            f"{name.removeprefix('quality_')} {count:,}" for name, count in report.warnings
        )
        console.print(f"quality findings: {told}; see `tapehouse quality`")
    if report.errors:
        from cli.main import complain

        for error in report.errors:
            complain(error)
        return report.errors[0].exit_code
    if report.failures:
        away = Counter(str(failure.outcome) for failure in report.failures)
        everything = len(report.failures) >= len(report.planned)
        if everything and set(away) <= {"unavailable", "throttled", "blocked"}:
            return errors.PROVIDER_AWAY
        return errors.FAILED_UNITS
    return errors.DONE
