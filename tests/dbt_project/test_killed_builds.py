"""A build killed at any moment leaves nothing that the next build does not put right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from tests.dbt_project.raw_rows import NO_UNIT_TESTS, ROOT, RawRows
from tests.dbt_project.test_incremental_builds import (
    ORDINARY,
    calendars,
    land_rounds,
    snapshot,
)
from warehouse.standing import LEFT_OUT


def kill_build_when_model_starts(raw: RawRows, model: str) -> None:
    command = [sys.executable, "-m", "dbt.cli.main", "build", *NO_UNIT_TESTS]
    # Views stand, as in most builds: the tables are what is killed.
    command += ["--exclude", ORDINARY, *LEFT_OUT]
    environment = {
        **os.environ,
        "TAPEHOUSE_DATA_DIR": str(raw.data_dir),
        "DBT_TARGET_PATH": str(raw.data_dir / "target"),
        "DBT_LOG_PATH": str(raw.data_dir / "logs"),
    }
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    seen = False
    for line in process.stdout:
        if "START" in line and model in line:
            seen = True
            time.sleep(random.Random(model).random() / 5)
            process.send_signal(signal.SIGKILL)
            break
    process.wait()
    process.stdout.close()
    assert seen


def test_a_killed_build_is_repaired_by_the_next(tmp_path: Path) -> None:
    raw = RawRows(tmp_path)
    drawn = random.Random(5)
    raw.land("calendar_sessions", calendars(raw, changed=False), datetime(2024, 1, 11))
    land_rounds(raw, drawn, 0, 4)
    raw.build("--exclude", ORDINARY)
    land_rounds(raw, drawn, 4, 8)
    raw.load()
    for model in ("main.bar_versions", "main.daily_bars", "main.quarantined_rows"):
        kill_build_when_model_starts(raw, model)
    raw.build("--exclude", ORDINARY)
    repaired = snapshot(raw)
    raw.build("--exclude", ORDINARY, "--full-refresh")
    assert repaired == snapshot(raw)
