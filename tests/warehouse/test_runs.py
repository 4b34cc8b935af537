"""Runs get ids of their own and journal their steps, also the step they died in."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

import pytest

from warehouse import runs
from warehouse.errors import BusyError, TapehouseError
from warehouse.folder import DataFolder
from warehouse.runs import Run


def test_ids_count_up_and_are_never_given_twice(folder: DataFolder) -> None:
    first = Run.start(folder)
    second = Run.start(folder)
    assert (first.run_id, second.run_id) == (1, 2)
    first.end()
    second.end()


def test_a_step_is_journalled_with_rows_and_outcome(folder: DataFolder) -> None:
    run = Run.start(folder)
    with run.step("load") as step:
        step.row_count = 7
    run.end()
    (found,) = runs.steps(folder, run.run_id)
    assert (found.step, found.row_count, found.outcome) == ("load", 7, "ok")
    assert found.ended_at
    assert found.ended_at >= found.started_at


@pytest.mark.parametrize(
    ("error", "outcome"), [(BusyError("held"), "busy"), (TapehouseError("broke"), "failed")]
)
def test_a_step_that_fails_says_why(
    folder: DataFolder, error: TapehouseError, outcome: str
) -> None:
    run = Run.start(folder)
    with pytest.raises(type(error)), run.step("build"):
        raise error
    run.end()
    (found,) = runs.steps(folder, run.run_id)
    assert (found.outcome, found.error) == (outcome, error.message)


def test_a_step_of_a_run_that_died_is_killed_and_of_a_living_run_is_open(
    folder: DataFolder,
) -> None:
    run = Run.start(folder)
    run._write(runs.Step(run.run_id, 1, "extract", __import__("datetime").datetime(2026, 1, 1)))
    assert runs.steps(folder, run.run_id)[0].outcome is None
    run.end()
    assert runs.steps(folder, run.run_id)[0].outcome == "killed"


def test_a_torn_last_line_of_a_journal_is_passed_over(folder: DataFolder) -> None:
    run = Run.start(folder)
    with run.step("plan"):
        pass
    with (run.path / "steps.jsonl").open("a") as file:
        file.write('{"run_id": 1, "st')
    run.end()
    assert [step.step for step in runs.steps(folder, run.run_id)] == ["plan"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals do not reach a process there")
def test_a_stop_that_falls_into_a_destructor_is_not_lost() -> None:
    told = textwrap.dedent(f"""
        import os, time
        from warehouse import runs

        class Pool:
            def __del__(self):
                os.kill(os.getpid(), {signal.SIGTERM.value})
                time.sleep(1)

        runs.heed_signals()
        pool = Pool()
        try:
            del pool
            print("went on")
            time.sleep(60)
            print("was never told again")
        except KeyboardInterrupt:
            print("stopped")
    """)
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, timeout=50, check=True
    )
    assert (done.stdout, done.stderr) == ("went on\nstopped\n", "")
