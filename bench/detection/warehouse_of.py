"""The world goes the whole way: exchange, extractor, landing, load, build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from bench.detection.world import World
from extract.plan import Choice
from extract.providers import module
from extract.universe import files
from extract.work import WorkItem
from flows.run import Report, Runner, run
from sandbox import Exchange
from warehouse import market_hours
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.runs import Step
from warehouse.settings import LandingSection, Settings

STEPS = ("plan", "extract", "load", "build")
BUILT = "tag:staging +data_quality_scores +instruments"


@contextmanager
def warehouse_of(world: World, root: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Read once when all is final, and once more a month later, when the late mistakes show."""
    folder = DataFolder(root)
    folder.prepare("sandbox")
    files.write(folder.personal_universe, world.instruments())
    settings = Settings(data_dir=folder.root, landing=LandingSection())
    intervals = tuple(dict.fromkeys(mistake.interval for mistake in world.mistakes))
    choice = Choice(symbols=world.symbols, providers=("yahoo",), intervals=intervals)
    with Exchange(
        seed=world.seed,
        now=world.first_read_at,
        limits=False,
        events=[move.event() for move in world.moves],
        mistakes=world.mistakes,
    ) as exchange:
        settings.sandbox.url = exchange.url
        _finished(run(settings, STEPS, choice, prepare=what_counts))
        exchange.set_clock(world.read_again_at)
        _finished(run(settings, STEPS, choice, prepare=again(world)))
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        yield connection


def what_counts(runner: Runner) -> None:
    runner.select = BUILT


def again(world: World) -> Callable[[Runner], None]:
    """Final bars are never asked for twice; here they are, to see what was restated."""

    def prepare(runner: Runner) -> None:
        def plan(step: Step) -> None:
            runner.report.planned = list(_readings(world))
            step.row_count = len(runner.report.planned)

        what_counts(runner)
        runner.plan = plan  # type: ignore[method-assign]

    return prepare


def _readings(world: World) -> Iterator[WorkItem]:
    end = world.sessions[-1].closes_at
    instruments = {one.symbol: one for one in world.instruments()}
    starts: dict[tuple[str, str], datetime] = {}
    for mistake in world.mistakes:
        if mistake.of.late:
            key = (mistake.symbol, mistake.interval)
            starts[key] = min(starts.get(key, end), mistake.opened_at)
    for (symbol, interval), start in starts.items():
        for low, high in module("yahoo").chunks(interval, start, end, world.read_again_at):
            yield WorkItem(
                provider="yahoo",
                endpoint="bars",
                symbols=(symbol,),
                reason="read again",
                instrument_id=instruments[symbol].instrument_id,
                interval=interval,
                start=low,
                end=high,
                exchange_timezone=market_hours.TIMEZONES[instruments[symbol].calendar],
            )


def _finished(report: Report) -> None:
    if report.errors:
        raise report.errors[0]
    if report.failures:
        raise TapehouseError(f"{len(report.failures)} units failed: {report.failures[0].detail}")
