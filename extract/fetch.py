"""Fetching: a work list goes through each provider's dlt source into landing, group by group."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from extract.context import Failure, FetchContext
from extract.landing import Landing
from extract.ledger.windows import INTERVALS
from extract.outcomes import PROVIDER_AWAY
from extract.providers import module
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from warehouse import runs
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.settings import Settings

# A group of this many units is accepted at once: small enough to bound memory and what a kill
# costs, large enough that dlt's fixed cost per pipeline run does not matter.
# A flow asks again after half a minute, and after two more; whoever rests longer is not waited for.
WORTH_WAITING = 150.0
UNITS_PER_GROUP = 40
# Some units are whole months of minutes, or a day of trades that nobody has counted.
ROWS_PER_GROUP = 400_000


# Is given a provider and what asks it, for who wants to watch each, or to ask once more.
Around = Callable[[str, Callable[[], bool]], object]


@dataclass
class Fetched:
    """What one fetch brought, and which units failed."""

    units: int = 0
    files: int = 0
    rows: int = 0
    failures: list[Failure] = field(default_factory=list)


class Ticks:
    """Tells of units one by one, and of those that nobody told when their group is landed."""

    def __init__(self, tell: Callable[[int, int], None] | None) -> None:
        self._tell = tell or (lambda units, rows: None)
        self._told = 0

    def one(self, rows: int) -> None:
        self._told += 1
        self._tell(1, rows)

    def landed(self, units: int) -> None:
        self._tell(units - self._told, 0)
        self._told = 0


def fetch(
    settings: Settings,
    landing: Landing,
    run_id: int,
    items: Sequence[WorkItem],
    on_units: Callable[[int, int], None] | None = None,
    log: RequestLog | None = None,
    around: Around | None = None,
) -> Fetched:
    """One bad unit never stops the rest; what failed is told in the result.

    `on_units` is told of units and rows as they come, before they are landed. A run that fetches
    twice gives its log along: request ids go on counting.
    """
    log, rejected = log or RequestLog(run_id), RejectedRows()
    done = Fetched()
    ticks = Ticks(on_units)
    ordered = sorted(items, key=lambda item: item.provider)
    for provider, own in groupby(ordered, key=lambda item: item.provider):
        share = Share(settings, landing, log, rejected, provider, tuple(own), done, ticks)
        around(provider, share.ask) if around else share.ask()
        done.failures += share.failures
    return done


@dataclass
class Share:
    """One provider's part of a fetch."""

    settings: Settings
    landing: Landing
    log: RequestLog
    rejected: RejectedRows
    provider: str
    items: tuple[WorkItem, ...]
    done: Fetched
    ticks: Ticks
    failures: list[Failure] = field(default_factory=list)

    def ask(self) -> bool:
        """False when the provider was away altogether and may be back in minutes: ask once more."""
        again = bool(self.failures)
        context = FetchContext(
            self.log.run_id,
            self.settings.provider(self.provider),
            self.log,
            self.rejected,
            self.settings.folder.root,
            self.settings.key(self.provider),
            self.settings.budgets_file,
            on_unit=None if again else self.ticks.one,
        )
        for group in _groups(self.items):
            self._land(group, context)
            runs.give_way()
            if not again:
                self.done.units += len(group)
                self.ticks.landed(len(group))
        self.failures = context.failures
        return len(self.failures) < len(self.items) or any(
            one.outcome not in PROVIDER_AWAY or (one.retry_after or 0) > WORTH_WAITING
            for one in self.failures
        )

    def _land(self, group: Sequence[WorkItem], context: FetchContext) -> None:
        run_folder = self.settings.folder.runs / f"{self.log.run_id:06d}"
        tables = _through_dlt(module(self.provider).source(group, context), run_folder)
        tables += [("rejected_rows", self.rejected.drain()), ("requests", self.log.drain())]
        accepted = self.landing.accept(self.log.run_id, tables)
        self.done.files += len(accepted)
        self.done.rows += sum(one.row_count for one in accepted if one.table_name != "requests")
        module(self.provider).accepted(group, context)


def _groups(items: Iterable[WorkItem]) -> Iterator[tuple[WorkItem, ...]]:
    """As many units at once as memory easily holds."""
    group: list[WorkItem] = []
    rows = 0
    for item in items:
        most = _most_rows(item)
        if group and (len(group) == UNITS_PER_GROUP or rows + most > ROWS_PER_GROUP):
            yield tuple(group)
            group, rows = [], 0
        group.append(item)
        rows += most
    if group:
        yield tuple(group)


def _most_rows(item: WorkItem) -> int:
    if item.start is None or item.end is None:
        return 1
    if item.interval not in INTERVALS:
        return ROWS_PER_GROUP
    return (item.end - item.start) // INTERVALS[item.interval]


def _through_dlt(source: Any, run_folder: Path) -> list[tuple[str, pa.Table]]:
    """Run a source through a dlt pipeline whose working folder lives no longer than the run."""
    import dlt
    from dlt.pipeline.exceptions import PipelineStepFailed

    arrived: dict[str, dict[str, pa.Table]] = {name: {} for name in source.resources}

    @dlt.destination(  # type: ignore[untyped-decorator]
        name="landing",
        batch_size=0,
        loader_file_format="parquet",
        naming_convention="direct",
        skip_dlt_columns_and_tables=True,
    )
    def landing_writer(file: str, table: Any) -> None:
        arrived[table["name"]][file] = pq.read_table(file)

    work = run_folder / "dlt"
    try:
        pipeline = dlt.pipeline(
            pipeline_name=source.name, pipelines_dir=str(work), destination=landing_writer
        )
        pipeline.run(source, loader_file_format="parquet").raise_on_failed_jobs()
    except PipelineStepFailed as error:
        raise _unwrapped(error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    tables = [
        (name, pa.concat_tables(files[path] for path in sorted(files)))
        for name, files in arrived.items()
        if files
    ]
    # dlt keeps each destination it was ever given, and with this one all that arrived.
    arrived.clear()
    return tables


def _unwrapped(error: BaseException) -> BaseException:
    """What dlt wrapped: a person's stop or an error of ours."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt | TapehouseError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return error


def sweep(folder: DataFolder) -> None:
    """Remove the dlt folders of runs that were killed; they hold nothing that counts."""
    for stray in folder.runs.glob("*/dlt"):
        if not runs.is_alive(folder, int(stray.parent.name)):
            shutil.rmtree(stray, ignore_errors=True)
