"""`tapehouse gaps` on the demo's folder, and repairing a copy of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from command_line import tapehouse

from warehouse.folder import DataFolder


def test_what_is_still_looked_for_is_shown_with_its_reason_and_ends_with_one(
    demo: DataFolder,
) -> None:
    done = tapehouse(demo.root, "gaps", "AMD", check=False)
    assert done.returncode == 1
    assert "retrying" in done.stdout
    assert "the provider sent an empty row" in done.stdout
    assert "61 missing" in done.stdout


def test_a_whole_instrument_ends_with_nought(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "gaps", "MSFT")
    assert "no gaps that are open or retrying" in done.stdout
    assert "(100.000%)" in done.stdout


def test_a_repair_asks_for_the_gaps_alone_and_tells_how_many_healed(
    demo: DataFolder, tmp_path: Path
) -> None:
    own = tmp_path / "data"
    shutil.copytree(demo.root, own, symlinks=True)
    done = tapehouse(own, "gaps", "AMD", "--repair", check=False)
    assert done.returncode == 1
    assert "2 units of work" in done.stdout
    assert "0 of 61 bars healed" in done.stdout
    asked = tapehouse(
        own,
        "sql",
        "--csv",
        "select count(*), min(reason), max(reason) from requests "
        "where endpoint = 'bars' and run_id = (select max(run_id) from requests)",
    )
    assert asked.stdout.splitlines()[1] == "2,gap,gap"


def test_the_minutes_that_came_late_have_healed(demo: DataFolder) -> None:
    done = tapehouse(demo.root, "gaps", "ORCL", "--state", "healed")
    assert "not in the answer" in done.stdout
    assert "│ 30   │ 2026-03-10 14:00:00 │" in done.stdout


def test_a_narrow_terminal_has_room_for_a_line_each_and_programs_get_everything(
    demo: DataFolder,
) -> None:
    told = tapehouse(demo.root, "gaps", "AMD", check=False, COLUMNS="80").stdout.splitlines()
    (line,) = [line for line in told if "1h" in line]
    assert "2026-03-09 14:30:00" in line
    assert line.endswith("2026-03-11 15:30:00 │")
    found = json.loads(tapehouse(demo.root, "gaps", "AMD", "--json", check=False).stdout)
    assert sum(gap["bars"] for gap in found["gaps"]) == found["missing"] == 61
