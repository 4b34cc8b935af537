"""`tapehouse backfill` says what it would ask, what it cannot, and ends with the right code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command_line import tapehouse

from warehouse.folder import DataFolder

# Keys that are empty are none, whatever the machine's own environment holds.
KEYLESS = {
    "MASSIVE_API_KEY": "",
    "POLYGON_API_KEY": "",
    "FMP_API_KEY": "",
    "ALPHA_VANTAGE_API_KEY": "",
}
QUARTER = ("--days", "90", "--interval", "minute", "--multiplier", "1")


@pytest.fixture
def sandbox(tmp_path: Path) -> Path:
    """A folder that lives by the sandbox's clock, 11 March 2026, and has no data yet."""
    DataFolder(tmp_path).prepare("sandbox")
    return tmp_path


def test_a_dry_run_shows_what_would_be_asked_and_begins_no_run(sandbox: Path) -> None:
    done = tapehouse(sandbox, "backfill", "AAPL", "--start", "2020-01-01", "--dry-run")
    assert "│ yahoo    │ AAPL   │ 1d       │ 2020-01-02 │ 2026-03-10 │        1 │" in done.stdout
    assert "1,554 of 1,554 sessions to ask for, 0 are landed" in done.stdout
    assert list(DataFolder(sandbox).runs.glob("*")) == []


def test_programs_get_the_plan_as_json(sandbox: Path) -> None:
    told = ("backfill", "bond", "--days", "70", "-i", "15m", "--dry-run", "--json")
    done = tapehouse(sandbox, *told, check=False)
    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert {unit["provider"] for unit in found["units"]} == {"yahoo"}
    assert {one["symbol"] for one in found["left_out"]} == {"US3M", "US5Y", "US10Y", "US30Y"}
    assert found["landed"] == 0


def test_without_a_key_the_part_that_needs_none_is_planned(tmp_path: Path) -> None:
    told = ("backfill", "AAPL", *QUARTER, "-s", "massive", "--dry-run")
    plan = json.loads(tapehouse(tmp_path, *told, "--json", check=False, **KEYLESS).stdout)
    bars = [unit for unit in plan["units"] if unit["endpoint"] == "bars"]
    assert {unit["provider"] for unit in bars} == {"yahoo"}
    # 29 days in windows of a week: how many depends on the day this is run.
    assert 4 <= len(bars) <= 5
    (cost,) = plan["costs"]
    requests = cost["requests"]
    assert requests == len(plan["units"])

    done = tapehouse(tmp_path, *told, check=False, **KEYLESS)
    assert done.returncode == 3
    assert "massive is not asked: it needs MASSIVE_API_KEY or POLYGON_API_KEY" in done.stdout
    assert "yahoo gives the last 29 days" in done.stdout
    assert re.search(rf"yahoo *│ public *│ +{requests} │ +{requests} │ 0:00:0\d", done.stdout)


def test_a_span_that_only_a_key_opens_is_a_matter_of_configuration(tmp_path: Path) -> None:
    span = ("--start", "2026-01-05", "--end", "2026-01-30", "--interval", "1m")
    done = tapehouse(tmp_path, "backfill", "AAPL", *span, check=False, **KEYLESS)
    assert done.returncode == 78
    assert "needs MASSIVE_API_KEY" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("AAPL",), "say how far back"),
        (("AAPL", "--days", "5", "--interval", "1M"), "no such interval: 1M"),
        (("AAPL", "--days", "5", "--interval", "minute", "--multiplier", "7"), "7 x minute"),
        (("AAPL", "--start", "2099-01-01"), "in the future"),
        (("NOPE", "--days", "5"), "not in the universe: NOPE"),
        (("^GSPC", "--days", "5"), "^GSPC is followed as SPX"),
        (("AAPL", "--days", "5", "--source", "nobody"), "no such provider: nobody"),
        (("AAPL", "--days", "5", "--json"), "--json shows a plan"),
        ((), "SYMBOLS"),
    ],
)
def test_what_is_asked_wrongly_is_told_and_begins_no_run(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = tapehouse(tmp_path, "backfill", *arguments, check=False)
    assert done.returncode == 64
    assert said in done.stderr
    assert list(DataFolder(tmp_path).runs.glob("*")) == []
