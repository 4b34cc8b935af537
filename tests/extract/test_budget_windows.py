"""Plans, their windows, and who goes first: when a call may be made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from machine_time import SleepyMachine
from spending import BACKFILL, HOST, LIVE, REPAIR, budget, settings, spend, wish

from extract.budgets.ledger import Later, Priority, Taken
from extract.budgets.plans import plan_of, table
from extract.budgets.store import seconds_now
from extract.outcomes import FetchFailed
from extract.providers import PROVIDERS
from extract.work import WorkItem
from warehouse import clock
from warehouse.errors import ConfigurationError
from warehouse.settings import PROJECT


@pytest.fixture(autouse=True)
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "budgets.sqlite"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_has_plans_and_one_for_the_sandbox(provider: str) -> None:
    assert "sandbox" in table()[provider]
    assert plan_of(provider, settings(HOST)).name != "sandbox"


def test_a_plan_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match="no such plan: gold") as raised:
        plan_of("massive", settings(HOST, plan="gold"))
    assert "free, paid, sandbox" in raised.value.next_step


def test_a_single_figure_overrides_the_plans() -> None:
    plan = plan_of("binance", settings(HOST, weight_per_minute=600, calls_per_five_minutes=0))
    assert [(one.name, one.allowed) for one in plan.windows] == [("weight_per_minute", 600)]


def test_calls_come_five_a_minute_and_evenly(file: Path) -> None:
    assert spend(budget(file), 4) == [0, 12.5, 25, 37.5]


def test_a_full_minute_is_waited_out(file: Path) -> None:
    assert spend(budget(file, pace_seconds=0), 7) == [0, 0, 0, 0, 0, 60, 60]


def test_batches_keep_their_distance_and_calls_theirs(file: Path) -> None:
    at = spend(budget(file, "fmp", batch_calls=3), 7)
    assert at == pytest.approx([0, 0.1, 0.2, 1.2, 1.3, 1.4, 2.4])


def test_a_spent_day_refuses_and_tells_the_next_moment(file: Path, machine: SleepyMachine) -> None:
    own = budget(file, "alpha_vantage")
    spend(own, 25)
    with pytest.raises(
        FetchFailed, match=r"budget spent: 25 of 25 calls today, next at 2026-03-12"
    ):
        own.take(1, LIVE)
    machine.seconds += 86_400
    spend(own, 1)


def test_work_that_can_wait_leaves_the_last_call_of_a_day_to_live_work(file: Path) -> None:
    own = budget(file, "alpha_vantage")
    spend(own, 24, BACKFILL)
    with pytest.raises(FetchFailed, match="budget spent: 24 of 25"):
        own.take(1, REPAIR)
    spend(own, 1, LIVE)


def test_each_key_and_each_host_has_its_own_budget(file: Path) -> None:
    spend(budget(file, "alpha_vantage"), 25)
    spend(budget(file, "alpha_vantage", key="another key"), 1)
    spend(budget(file, "alpha_vantage", host="http://127.0.0.1:10"), 1)
    assert b"one key" not in b"".join(one.read_bytes() for one in file.parent.iterdir())


def test_the_limit_of_an_address_is_shared_by_all_keys(file: Path) -> None:
    spend(budget(file, "binance", weight_per_minute=10), 1, weight=10)
    other = budget(file, "binance", key="another key", weight_per_minute=10)
    began = seconds_now()
    assert other.take(1, LIVE).reserved_at == began + 60


def test_a_call_counts_by_its_end_for_it_may_have_arrived_then(
    file: Path, machine: SleepyMachine
) -> None:
    own = budget(file, pace_seconds=0, calls_per_minute=1)
    taken = own.take(1, LIVE)
    machine.seconds += 20
    own.answered(taken)
    machine.seconds += 45
    assert own.take(1, LIVE).reserved_at == taken.reserved_at + 80


def test_a_call_whose_process_died_counts_as_made(file: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from pydantic import SecretStr\n"
        "from extract.budgets.budget import Budget; from extract.budgets.ledger import Priority\n"
        "from warehouse.provider_settings import ProviderSettings\n"
        f"settings = ProviderSettings(base_url={HOST!r}, calls_per_day=1)\n"
        "key = SecretStr('one key')\n"
        "Budget(Path(sys.argv[1]), 'massive', settings, key).take(1, Priority.LIVE)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], cwd=PROJECT, check=False)
    assert done.returncode == -9
    clock.live_by(None)
    with pytest.raises(FetchFailed, match="budget spent: 1 of 1"):
        budget(file, calls_per_day=1).take(1, LIVE)


def test_who_can_wait_lets_live_work_go_first(file: Path) -> None:
    ledger = budget(file, pace_seconds=10).ledger
    now = seconds_now()
    assert isinstance(ledger.ask(wish("a"), now), Taken)
    assert ledger.ask(wish("b", BACKFILL, now), now) == Later(now + 10)
    assert ledger.ask(wish("c", REPAIR, now + 1), now + 1) == Later(now + 10)
    assert ledger.ask(wish("d", LIVE, now + 2), now + 2) == Later(now + 10)
    # Woken at the same moment in the wrong order, they still go in the right one.
    assert ledger.ask(wish("b", BACKFILL, now), now + 10) == Later(now + 30)
    assert ledger.ask(wish("c", REPAIR, now + 1), now + 10) == Later(now + 20)
    assert isinstance(ledger.ask(wish("d", LIVE, now + 2), now + 10), Taken)
    assert isinstance(ledger.ask(wish("c", REPAIR, now + 1), now + 20), Taken)
    assert isinstance(ledger.ask(wish("b", BACKFILL, now), now + 30), Taken)


def test_a_waiter_that_died_holds_nobody_up_for_long(file: Path) -> None:
    ledger = budget(file, pace_seconds=10).ledger
    now = seconds_now()
    ledger.ask(wish("a"), now)
    ledger.ask(wish("dead", LIVE, now), now)
    answer: object = Later(now)
    while isinstance(answer, Later):
        at = answer.at
        answer = ledger.ask(wish("b", BACKFILL, now), at)
    assert isinstance(answer, Taken)
    assert answer.reserved_at <= now + 40


@pytest.mark.parametrize(
    ("reason", "priority"),
    [("new bars", LIVE), ("settle", LIVE), ("snapshot", LIVE), ("gap", REPAIR),
     ("conflict", REPAIR), ("missing", REPAIR), ("backfill", BACKFILL)],
)  # fmt: skip
def test_a_reason_has_its_priority(reason: str, priority: Priority) -> None:
    assert Priority.of(WorkItem("yahoo", "bars", ("AAPL",), reason)) is priority
