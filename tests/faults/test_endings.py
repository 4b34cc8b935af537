"""How the command ends when it cannot go on: the exit code, and words that a person can act on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from sandbox import Exchange
from warehouse.errors import BUSY, CONFIGURATION, DONE, INTERNAL
from warehouse.lock import FileLock, writer_lock_path
from warehouse.settings import PROJECT

from .judge import Verdict, judge_raw
from .trials import Trial

EXTRACT = ("run", "--steps", "extract", "BTCUSDT", "SPX")
DAILY = ("run", "--steps", "extract,load", "BTCUSDT", "SPX", "--interval", "1d")


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with Exchange(limits=False) as exchange:
        yield Trial(tmp_path / "data", exchange)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('data_dir = "x"\n[log\n', 2, "TOML"),
        ('[log]\nlevel = "loud"\n', 2, "log.level"),
        ("[publish]\n\nkept = 3\n", 3, "no such setting"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_by_file_and_line(
    trial: Trial, tmp_path: Path, text: str, line: int, said: str
) -> None:
    config = tmp_path / "own.toml"
    config.write_text(text, encoding="utf-8")
    ended = trial.run("status", "--config", str(config))
    assert ended.code == CONFIGURATION
    assert str(config) in ended.output
    assert f"line {line}" in ended.output
    assert said in ended.output


def test_a_second_writer_is_told_who_the_first_one_is(trial: Trial) -> None:
    lock = FileLock(writer_lock_path(trial.folder.root), "a long build")
    with lock.held():
        ended = trial.run("load")
    assert ended.code == BUSY
    assert f"process {os.getpid()} (a long build)" in ended.output
    assert trial.run("load").code == DONE


def test_the_lock_of_a_killed_writer_is_free_at_once(trial: Trial) -> None:
    path = writer_lock_path(trial.folder.root)
    hold = (
        "import sys, time; from pathlib import Path; from warehouse.lock import FileLock\n"
        "FileLock(Path(sys.argv[1])).take(); sys.stdout.write('held\\n'); sys.stdout.flush()\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        assert child.stdout.readline() == "held\n"
        assert not FileLock(path).try_take()
        child.kill()
        child.wait()
    lock = FileLock(path)
    assert lock.try_take()
    lock.release()


def test_a_run_told_to_stop_ends_soon_and_the_next_one_goes_on(trial: Trial) -> None:
    ended = trial.hurt(EXTRACT, after=2.5, by=signal.SIGTERM)
    assert ended.code != DONE
    assert ended.seconds < 12.5
    after_recovery(trial)


def test_a_full_disk_is_told_in_words_and_loses_nothing_accepted(trial: Trial) -> None:
    ended = trial.run(*DAILY, largest_file=48 * 1024)
    assert ended.code == INTERNAL
    assert "disk full while landing" in ended.output
    assert "Traceback" not in ended.output
    after_recovery(trial)


def after_recovery(trial: Trial) -> None:
    """The next run needs no hand, and every accepted file is loaded once."""
    again = trial.run(*DAILY)
    assert again.code == DONE, again.output
    verdict = Verdict()
    with duckdb.connect(str(trial.folder.warehouse), read_only=True) as connection:
        judge_raw(connection, trial.folder, verdict)
    assert verdict.passed, verdict.told
