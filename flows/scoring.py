"""Scoring: features go to a person's model, its scores through landing to readers."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from extract import journal, reference, scores
from extract.scores import Answer, Refused
from flows.run import Report, Runner, Watcher, clear_words, run
from publish import open_market
from publish.features.columns import KEYS
from publish.features.instant import known
from publish.features.rows import Rows, rows
from warehouse import clock
from warehouse.errors import BadDataError, ConfigurationError, UsageError
from warehouse.settings import PROJECT, ScorerSettings, Settings

SHOWN_REFUSALS = 3
SCORES_ALONE = "stg_tapehouse__scores+"


@dataclass
class Scored:
    """What a model was asked and what became of its answer."""

    as_of: datetime | None = None
    asked: int = 0
    landed: int = 0
    refused: list[Refused] = field(default_factory=list)
    report: Report | None = None


def score(
    settings: Settings,
    name: str,
    as_of: datetime | None = None,
    symbols: Sequence[str] = (),
    every_row: bool = False,
    watcher: Watcher | None = None,
    wait_seconds: float = 0,
) -> Scored:
    """Ask a model, land what holds of its answer, then load, build and publish.

    Whatever the model does, nothing but its answer reaches the warehouse.
    """
    scorer = registered(settings, name)
    done = Scored()

    watcher = watcher or Watcher()

    def ask(runner: Runner) -> None:
        watcher.step_started("score")
        try:
            with runner.run.step("score") as step, clear_words(runner.folder.root, "scoring"):
                runner.report.steps.append(step)
                _ask(runner, name, scorer, (as_of, symbols, every_row), done)
                step.row_count = done.landed
        finally:
            watcher.step_ended(runner.report.steps[-1])

    done.report = run(
        settings,
        ("load", "build", "publish"),
        watcher=watcher,
        wait_seconds=wait_seconds,
        prepare=ask,
    )
    if done.refused:
        count = f"{len(done.refused)} of {len(done.refused) + done.landed}"
        done.report.errors.append(
            BadDataError(
                f"{count} rows of {name} were refused{_examples(done.refused)}",
                "see `tapehouse quarantine list --provider tapehouse`; the others are landed",
            )
        )
    return done


def _ask(
    runner: Runner,
    name: str,
    scorer: ScorerSettings,
    wanted: tuple[datetime | None, Sequence[str], bool],
    done: Scored,
) -> None:
    digest = hashlib.sha256(scorer.path.read_bytes()).hexdigest()
    handed = _handed(runner.settings, scorer, *wanted, done)
    given = _answer(runner.settings, scorer, handed, runner.run.path / "score.log")
    good, done.refused = scores.judge(given, handed)
    if not good:
        raise BadDataError(f"{name} gave no score that holds{_examples(done.refused)}")
    assert done.as_of is not None
    answer = Answer(name, digest, done.as_of, clock.now())
    scores.land(runner.landing, runner.run.run_id, answer, good, done.refused)
    done.landed = len(good)
    if not done.refused and _only_scores_are_new(runner):
        runner.select = SCORES_ALONE


def _only_scores_are_new(runner: Runner) -> bool:
    """Whether readers have all else that is landed, built by today's rules."""
    with open_market(runner.folder.market).connection as connection:
        row = connection.execute("select max(file_seq) from landing_files").fetchone()
    published = int(row[0]) if row and row[0] else 0
    new = {line.table_name for line in runner.landing.manifest.lines(after=published)}
    return new <= {scores.TABLE, *journal.TABLES} and not reference.changed_rules(runner.landing)


def registered(settings: Settings, name: str) -> ScorerSettings:
    found = settings.scoring.get(name)
    if found is None:
        names = ", ".join(sorted(settings.scoring)) or "none"
        raise UsageError(
            f"no model is registered as {name!r}; registered: {names}",
            f"add [scoring.{name}] with file = ... to tapehouse.toml (docs/features.md)",
        )
    if not found.path.is_file():
        raise ConfigurationError(f"scoring.{name}.file: {found.path} does not exist")
    return found


def _handed(
    settings: Settings,
    scorer: ScorerSettings,
    as_of: datetime | None,
    symbols: Sequence[str],
    every_row: bool,
    done: Scored,
) -> pa.Table:
    """Keys and features, never a label: the newest complete row of each instrument, or all."""
    with open_market(settings.folder.market).connection as connection:
        at = known(connection, as_of)
        found = rows(connection, at.as_of, scorer.features, symbols)
    table = _complete(found, scorer.keep_nulls, every_row)
    if not table.num_rows:
        raise UsageError(
            "no row has all features yet", "ask for fewer features or set keep_nulls = true"
        )
    done.as_of, done.asked = at.as_of, table.num_rows
    return table


def _complete(found: Rows, keep_nulls: bool, every_row: bool) -> pa.Table:
    features = [one.name for one in found.features]
    complete = "true" if keep_nulls else " and ".join(f"{name} is not null" for name in features)
    newest = "opened_at = max(opened_at) over (partition by instrument_id)"
    shown = ", ".join([one.name for one in KEYS] + features)
    with duckdb.connect() as connection:
        connection.register("rows", found.table)
        result: Any = connection.execute(
            f"select {shown} from rows qualify ({complete}) and ({every_row} or {newest})"
            " order by instrument_id, opened_at"
        )
        table: pa.Table = result.to_arrow_table()
        return table


def _answer(settings: Settings, scorer: ScorerSettings, handed: pa.Table, log: Path) -> pa.Table:
    """Run the model in a process of its own; what it says goes into the run's folder."""
    name = scorer.path.name
    with tempfile.TemporaryDirectory(dir=settings.folder.state) as place:
        features, given, problem = (
            Path(place) / part for part in ("features.arrow", "scores.arrow", "problem.json")
        )
        with pa.OSFile(str(features), "wb") as sink, pa.ipc.new_file(sink, handed.schema) as out:
            out.write_table(handed)
        command = [sys.executable, "-m", "flows.scorer", scorer.path, features, given, problem]
        with log.open("wb") as said:
            try:
                ended = subprocess.run(
                    [str(part) for part in command],
                    cwd=PROJECT,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    timeout=scorer.timeout_seconds,
                )
            except subprocess.TimeoutExpired:
                raise BadDataError(
                    f"{name} ran longer than {scorer.timeout_seconds:g} s and was stopped",
                    "make it faster or raise timeout_seconds",
                ) from None
        if problem.exists():
            raise BadDataError(json.loads(problem.read_text(encoding="utf-8")), f"see {log}")
        if ended.returncode or not given.exists():
            how = (
                f"signal {-ended.returncode}"
                if ended.returncode < 0
                else f"exit code {ended.returncode}"
            )
            raise BadDataError(f"{name} ended with {how} and gave no answer", f"see {log}")
        with pa.OSFile(str(given), "rb") as source, pa.ipc.open_file(source) as reader:
            return reader.read_all()


def _examples(refused: Sequence[Refused]) -> str:
    if not refused:
        return ""
    told = "; ".join(str(one) for one in refused[:SHOWN_REFUSALS])
    return f": {told}{' ...' if len(refused) > SHOWN_REFUSALS else ''}"
