"""The file of the ledger: damaged, locked, not to be written, or of a newer release."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from machine_time import SleepyMachine
from spending import LIVE, budget, spend

from extract.outcomes import FetchFailed
from warehouse import clock
from warehouse.errors import BusyError, ConfigurationError


@pytest.fixture(autouse=True)
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "budgets.sqlite"


def test_a_damaged_ledger_is_set_aside_and_everything_counts_as_spent(
    file: Path, machine: SleepyMachine
) -> None:
    spend(budget(file, "alpha_vantage"), 1)
    for one in file.parent.glob("*.sqlite*"):
        one.unlink()
    file.write_bytes(b"SQLite format 3\0" + b"\xa5" * 8000)
    with pytest.raises(FetchFailed, match="25 of 25 calls today, next at 2026-03-12"):
        budget(file, "alpha_vantage").take(1, LIVE)
    assert list(file.parent.glob("budgets.sqlite.damaged-*"))
    assert spend(budget(file), 2) == [0, 12.5]
    assert machine.seconds >= 60


def test_a_page_in_the_middle_that_is_damaged_is_noticed(file: Path) -> None:
    own = budget(file, pace_seconds=0, calls_per_minute=0)
    spend(own, 300)
    own.ledger.store.close()  # type: ignore[attr-defined]
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * (file.stat().st_size - 4096))
    budget(file).take(1, LIVE)
    assert list(file.parent.glob("budgets.sqlite.damaged-*"))


def test_a_ledger_that_is_locked_says_so(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extract.budgets.store.BUSY_SECONDS", 0.1)
    spend(budget(file), 1)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("begin immediate")
    with pytest.raises(BusyError, match=r"budgets\.sqlite was locked"):
        budget(file).take(1, LIVE)
    holder.close()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigurationError, match="calls cannot be counted") as raised:
        budget(tmp_path / "file" / "budgets.sqlite").take(1, LIVE)
    assert "budgets.file" in raised.value.next_step


def test_a_ledger_of_a_newer_release_is_left_alone(file: Path) -> None:
    spend(budget(file), 1)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(ConfigurationError, match="newer release"):
        budget(file).take(1, LIVE)
