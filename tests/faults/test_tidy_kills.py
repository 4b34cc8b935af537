"""A short sweep of kills through compaction and retention; `tidy_kills` is the whole one."""

from __future__ import annotations

import re
import subprocess
import sys

from warehouse.settings import PROJECT


def test_kills_while_tidying_lose_nothing_and_the_next_run_heals() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.tidy_kills", "--every", "23", "--chains", "1"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"tidying: (\d+) kills at moments 1 to (\d+), 0 lost", done.stdout)
    assert told, done.stdout
    assert int(told[1]) >= 8
    assert int(told[2]) > 100
