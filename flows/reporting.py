"""The weekly report as a run of its own: it only reads what is published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from extract.budgets.plans import plan_of
from extract.providers import PROVIDERS
from flows.origin import at_its_source, folder_clock
from flows.run import clear_words
from publish import open_market
from warehouse import clock
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.runs import Run
from warehouse.settings import Settings

if TYPE_CHECKING:
    from publish.report.sections.sources import Allowance
    from publish.report.week import Week
    from publish.report.write import Written


def weekly_report(
    settings: Settings, week: Week | None = None, output: Path | None = None
) -> Written:
    """Write the report of a week, without one that of the newest session that is published.

    So on a Saturday it is the week that just ended. Nothing published is an error before a run
    begins.
    """
    # Drawing takes a second to import, which those who only plan a run need not wait for.
    from publish.report.build import build
    from publish.report.queries import newest_session
    from publish.report.week import week_of
    from publish.report.write import check, write

    folder = settings.folder
    if output:
        check(output)
    with folder_clock(settings) as own, open_market(folder.market).connection as connection:
        copy = Path(connection.execute("select path from duckdb_databases()").fetchall()[0][0])
        run = Run.start(folder)
        try:
            target = output or folder.exports / f"{run.run_id:06d}"
            with run.step("report") as step, plain_words(folder, target):
                chosen = week or week_of(newest_session(connection) or clock.now().date())
                report = build(connection, chosen, folder.origin or "real", list(allowances(own)))
                written = write(report, copy.name, run.run_id, target)
                step.row_count = report.row_count
                return written
        finally:
            run.end()


@contextmanager
def plain_words(folder: DataFolder, target: Path) -> Iterator[None]:
    """What keeps a file from being written is a person's to mend, a full disk or another thing."""
    try:
        with clear_words(folder.root, "writing the report"):
            yield
    except OSError as error:
        raise TapehouseError(
            f"cannot write the report into {target}: {error.strerror or error}",
            "make room for that folder, or name another one with -o",
        ) from error


def allowances(settings: Settings) -> Iterator[Allowance]:
    """Limits of calls, as the plans of the folder's providers have them."""
    from publish.report.sections.sources import Allowance

    asked = at_its_source(settings)
    for provider in PROVIDERS:
        plan = plan_of(provider, asked.provider(provider))
        for window in plan.windows:
            if not window.by_weight:
                yield Allowance(provider, plan.name, window.allowed, int(window.seconds))
