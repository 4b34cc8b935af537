"""`tapehouse run --every`: a run that dies takes nothing with it, and a stop ends it all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import tapehouse

from flows.server.children import descendants
from sandbox import Exchange
from warehouse import clock, errors, runs
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT

FETCH = ("run", "BTCUSDT", "--interval", "1d", "--steps", "extract", "--every", "1s")


@pytest.fixture
def market(tmp_path: Path) -> Iterator[tuple[DataFolder, dict[str, str]]]:
    folder = DataFolder(tmp_path / "data")
    folder.prepare("sandbox")
    with Exchange(limits=False) as exchange:
        yield folder, {"TAPEHOUSE_SANDBOX__URL": exchange.url}


def wait_for(folder: DataFolder, count: int) -> None:
    until = clock.monotonic() + 60
    while len(runs.run_ids(folder)) < count:
        assert clock.monotonic() < until, runs.run_ids(folder)
        clock.sleep(0.05)


@pytest.fixture
def loop(market: tuple[DataFolder, dict[str, str]]) -> Iterator[subprocess.Popen[str]]:
    folder, own = market
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *FETCH],
        cwd=PROJECT,
        env={**os.environ, "TAPEHOUSE_DATA_DIR": str(folder.root), **own},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as started:
        yield started
        started.kill()


def running(loop: subprocess.Popen[str]) -> int:
    """The process of the run that is under way."""
    (found,) = [
        pid
        for pid in descendants(loop.pid)
        if b"--every" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="runs have processes of their own there")
def test_the_next_run_follows_one_that_was_stopped_or_killed_until_all_are_told_to_stop(
    market: tuple[DataFolder, dict[str, str]], loop: subprocess.Popen[str]
) -> None:
    folder, _ = market
    for count, told in ((2, signal.SIGKILL), (4, signal.SIGTERM)):
        wait_for(folder, count)
        os.kill(running(loop), told)
    wait_for(folder, 6)
    loop.terminate()
    _, said = loop.communicate(timeout=60)
    assert loop.returncode == errors.STOPPED
    assert said.splitlines() == [
        "error: the run died of signal 9; the next one heals and goes on",
        "stopped: what was landed is kept, the same command goes on from there",
    ]


def test_what_only_a_person_can_mend_ends_it(market: tuple[DataFolder, dict[str, str]]) -> None:
    folder, own = market
    told = ("run", "NOPE", "--every", "1s")
    done = tapehouse(folder.root, *told, check=False, **own)
    assert done.returncode == errors.USAGE
    assert "NOPE" in done.stderr
