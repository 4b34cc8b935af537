"""A backfill that is killed or stopped half-way goes on from what is landed, and then is done."""

from __future__ import annotations

import os
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from extract.landing import Landing
from sandbox import Exchange
from warehouse import clock
from warehouse.errors import DONE, STOPPED

from .judge import Verdict, judge_raw, leftovers
from .trials import Trial

# Twelve stocks, an ETF and five indices: two groups of units.
COMMAND = ("backfill", "us_tech", "us_indices", "-i", "minute", "--days", "14", "--no-build")
HELD = "select symbol, stamped_at, close from raw.yahoo_bars order by all"
Windows = dict[str, list[tuple[datetime, datetime]]]


@pytest.fixture(scope="module")
def exchange() -> Iterator[Exchange]:
    with Exchange(limits=False) as running:
        yield running


@pytest.fixture(scope="module")
def undisturbed(exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """The bars of a backfill that nobody stopped."""
    trial = Trial(tmp_path_factory.mktemp("undisturbed") / "data", exchange)
    ended = trial.run(*COMMAND)
    assert ended.code == DONE, ended.output
    return held(trial)


def held(trial: Trial) -> list[object]:
    with duckdb.connect(str(trial.folder.warehouse), read_only=True) as connection:
        return list(connection.execute(HELD).fetchall())


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_what_is_landed_is_not_asked_for_again(
    exchange: Exchange, undisturbed: list[object], tmp_path: Path, by: signal.Signals
) -> None:
    trial = Trial(tmp_path / "data", exchange)
    ended, output = stopped_after_a_group(trial, by)
    assert ended == (-signal.SIGKILL if by is signal.SIGKILL else STOPPED), output
    if by is signal.SIGINT:
        assert "what was landed is kept, the same command goes on from there" in output
    before = landed(trial)
    assert before
    exchange.clear_journal()
    recovery = trial.run(*COMMAND)
    assert recovery.code == DONE, recovery.output
    asked = asked_since(exchange)
    assert asked
    again = [
        (symbol, window)
        for symbol, windows in asked.items()
        for window in windows
        for low, high in before.get(symbol, ())
        if window[0] < high and low < window[1]
    ]
    assert again == []
    assert held(trial) == undisturbed
    verdict = Verdict(stuck=leftovers(trial.folder))
    with duckdb.connect(str(trial.folder.warehouse), read_only=True) as connection:
        judge_raw(connection, trial.folder, verdict)
    assert verdict.passed, verdict.told
    exchange.clear_journal()
    last = trial.run(*COMMAND)
    assert last.code == DONE
    assert "nothing to do: all 198 sessions are landed" in last.output
    assert exchange.journal() == []


def stopped_after_a_group(trial: Trial, by: signal.Signals) -> tuple[int, str]:
    """Signal the process as soon as its first group of bars has been accepted."""
    child = trial.start(*COMMAND)
    until = clock.monotonic() + 120
    while child.poll() is None and clock.monotonic() < until and not landed(trial):
        clock.sleep(0.05)
    os.killpg(child.pid, by)
    try:
        output, _ = child.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        output, _ = child.communicate()
    return child.returncode, output


def landed(trial: Trial) -> Windows:
    """Windows of bars that were answered, as accepted."""
    found: Windows = defaultdict(list)
    landing = Landing(trial.folder)
    for line in landing.manifest.lines():
        if line.table_name == "requests":
            for row in landing.read(line).to_pylist():
                if row["endpoint"] == "bars" and row["outcome"] in ("ok", "empty"):
                    found[row["symbol"]].append((row["window_start"], row["window_end"]))
    return found


def asked_since(exchange: Exchange) -> Windows:
    """Windows of bars that the exchange was asked for, by its own journal."""
    found: Windows = defaultdict(list)
    for record in exchange.journal():
        if "/chart/" in record.path and record.query.get("interval") == "1m":
            start, end = (
                datetime.fromtimestamp(int(record.query[name]), UTC).replace(tzinfo=None)
                for name in ("period1", "period2")
            )
            found[record.path.rpartition("/")[2].replace("%5E", "^")].append((start, end))
    return found
