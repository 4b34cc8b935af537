"""What a provider's headers say of the weight used is believed, as far as it can be true."""

from __future__ import annotations

from pathlib import Path

import pytest
from machine_time import SleepyMachine
from spending import LIVE, budget, spend

from extract.budgets.budget import Budget
from extract.budgets.store import seconds_now
from warehouse import clock


@pytest.fixture(autouse=True)
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "budgets.sqlite"


def weighty(file: Path) -> Budget:
    return budget(file, "binance", weight_per_minute=100)


def test_weight_that_others_used_is_believed(file: Path) -> None:
    own = weighty(file)
    taken = own.take(10, LIVE)
    own.answered(taken, used=95)
    assert own.take(5, LIVE).reserved_at == taken.reserved_at
    assert own.take(5, LIVE).reserved_at == taken.reserved_at + 60


def test_a_lower_figure_means_that_a_new_minute_has_begun(
    file: Path, machine: SleepyMachine
) -> None:
    own = weighty(file)
    spend(own, 9, weight=10)
    machine.seconds += 20
    taken = own.take(10, LIVE)
    own.answered(taken, used=10)
    for _ in range(9):
        assert own.take(10, LIVE).reserved_at == taken.reserved_at


def test_an_answer_that_was_overtaken_lowers_nothing(file: Path) -> None:
    own = weighty(file)
    first, second = own.take(40, LIVE), own.take(40, LIVE)
    own.answered(second, used=80)
    own.answered(first, used=40)
    assert own.take(21, LIVE).reserved_at == first.reserved_at + 60


def test_an_answer_that_was_overtaken_prolongs_nothing(file: Path, machine: SleepyMachine) -> None:
    own = weighty(file)
    began = seconds_now()
    own.answered(own.take(50, LIVE), used=50)
    machine.seconds += 30
    first, second = own.take(10, LIVE), own.take(20, LIVE)
    own.answered(second, used=80)
    own.answered(first, used=60)
    assert own.take(70, LIVE).reserved_at == began + 60


def test_an_answer_out_of_the_minute_before_raises_nothing(
    file: Path, machine: SleepyMachine
) -> None:
    own = weighty(file)
    spend(own, 8, weight=10)
    late = own.take(10, LIVE)
    machine.seconds += 1
    own.answered(own.take(10, LIVE), used=10)
    own.answered(late, used=90)
    began = seconds_now()
    for _ in range(7):
        assert own.take(10, LIVE).reserved_at == began
