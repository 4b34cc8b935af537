"""Drawing a run: a progress line for each step, and the tables that close it."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence

from rich.console import Console, JustifyMethod
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from flows.run import Report, Watcher
from flows.schedules import ending_of, findings, step_line
from warehouse.errors import TapehouseError
from warehouse.logs import one_line, redact
from warehouse.runs import Step

console = Console(highlight=False)

MARKS = {"ok": "[green]ok[/]", "failed": "[red]failed[/]", "busy": "[yellow]busy[/]"}


def new_table(
    columns: Sequence[str],
    numbers: Collection[str] = (),
    unbroken: Collection[str] = (),
    title: str | None = None,
) -> Table:
    """Numbers stand at the right; what is too long goes on in the next line, unless unbroken."""
    table = Table(title=title, title_justify="left")
    for name in columns:
        justify: JustifyMethod = "right" if name in numbers else "left"
        table.add_column(name, justify=justify, overflow="fold", no_wrap=name in unbroken)
    return table


class Screen(Watcher):
    """Progress bars on a terminal, one plain line a step elsewhere."""

    def __init__(self, *columns: ProgressColumn) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            *(columns or (TimeElapsedColumn(),)),
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
        # A task that is reset would keep the total of the step before.
        self._progress.remove_task(self._task)
        self._task = self._progress.add_task(name, total=total)

    def moved(self, amount: int = 1, rows: int = 0) -> None:
        self._progress.advance(self._task, amount)

    def told(self, line: str) -> None:
        console.print(one_line(redact(line)), markup=False, soft_wrap=True)

    def step_ended(self, step: Step) -> None:
        self._progress.update(self._task, visible=False)
        outcome = step.outcome or ""
        line = escape(step_line(step))
        console.print(line.replace(f" {outcome} ", f" {MARKS.get(outcome, outcome)} ", 1))


def close(report: Report, again: str = "the next run") -> int:
    """Say what was set aside or went wrong; return the exit code."""
    for line in report.healed:
        console.print(f"healed: {one_line(line)}")
    for line in report.notes:
        console.print(one_line(line))
    if report.failures:
        title = f"{len(report.failures)} units failed; {again} asks again"
        table = new_table(("provider", "unit", "outcome", "detail"), title=title)
        for failure in report.failures[:20]:
            item = failure.item
            table.add_row(item.provider, item.name, str(failure.outcome), one_line(failure.detail))
        console.print(table)
        if len(report.failures) > 20:
            console.print(f"... and {len(report.failures) - 20} more, see `requests`")
    for path, reason in report.damaged:
        console.print(f"[red]damaged[/] landing file left out: {path}: {one_line(reason)}")
    if report.warnings:
        console.print(findings(report))
    for error in report.errors:
        complain(error)
    return ending_of(report).exit_code


def complain(error: TapehouseError) -> None:
    sys.stderr.write(f"error: {redact(error.message)}\n")
    if error.next_step:
        sys.stderr.write(f"  next: {redact(error.next_step)}\n")
