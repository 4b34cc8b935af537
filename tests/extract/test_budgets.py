"""The ledger of budgets: windows, turns, belief, circuits, damage."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from machine_time import SleepyMachine
from pydantic import SecretStr

from extract.budgets.budget import Budget
from extract.budgets.ledger import Later, Priority, Taken, Wish
from extract.budgets.plans import plan_of, table
from extract.budgets.store import seconds_now
from extract.outcomes import FetchFailed, Outcome
from extract.providers import PROVIDERS
from extract.work import WorkItem
from warehouse import clock
from warehouse.errors import BusyError, ConfigurationError
from warehouse.provider_settings import ProviderSettings
from warehouse.settings import PROJECT

HOST = "http://127.0.0.1:9"
LIVE, REPAIR, BACKFILL = Priority.LIVE, Priority.REPAIR, Priority.BACKFILL


@pytest.fixture(autouse=True)
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "budgets.sqlite"


def settings(host: str = HOST, **changes: Any) -> ProviderSettings:
    return ProviderSettings(base_url=host, **changes)


def budget(
    file: Path,
    provider: str = "massive",
    key: str = "one key",
    host: str = HOST,
    **changes: Any,
) -> Budget:
    return Budget(file, provider, settings(host, **changes), SecretStr(key))


def spend(budget: Budget, calls: int, priority: Priority = LIVE, weight: int = 1) -> list[float]:
    """When each of these calls was made."""
    at = []
    for _ in range(calls):
        taken = budget.take(weight, priority)
        at.append(taken.reserved_at)
        budget.answered(taken)
    return [one - at[0] for one in at]


def wish(waiter: str, priority: Priority = LIVE, since: float = 0.0, weight: int = 1) -> Wish:
    return Wish(waiter, since, weight, priority, seconds=30, patience=120)


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


def refused(retry_after: float | None = None, outcome: Outcome = Outcome.BLOCKED) -> FetchFailed:
    return FetchFailed(outcome, "go away", retry_after, final=outcome is Outcome.BLOCKED)


def test_a_ban_that_one_process_saw_stops_all(file: Path, machine: SleepyMachine) -> None:
    banned, other = budget(file), budget(file)
    banned.failed(banned.take(1, LIVE), refused(120))
    with pytest.raises(FetchFailed, match=r"is not asked until 2026-03-11 15:02:00 UTC: go away"):
        other.take(1, LIVE)
    machine.seconds += 121
    spend(other, 1)
    assert other.ledger.circuit() is None


def test_one_probe_goes_through_a_half_open_circuit(file: Path, machine: SleepyMachine) -> None:
    own = budget(file, pace_seconds=0)
    own.failed(own.take(1, LIVE), refused(120))
    machine.seconds += 121
    now = seconds_now()
    probe = own.ledger.ask(wish("a"), now)
    assert isinstance(probe, Taken)
    assert own.ledger.ask(wish("b"), now) == Later(now + 1)
    own.ledger.ended(probe, now)
    assert isinstance(own.ledger.ask(wish("b"), now + 1), Taken)


def test_a_probe_that_is_refused_opens_the_circuit_for_longer(
    file: Path, machine: SleepyMachine
) -> None:
    first = budget(file, backoff_seconds=10, max_wait_seconds=3600)
    waits = []
    for _ in range(3):
        own = budget(file, backoff_seconds=10, max_wait_seconds=3600, pace_seconds=0)
        own.failed(own.take(1, LIVE), refused(outcome=Outcome.THROTTLED))
        circuit = first.ledger.circuit()
        assert circuit is not None
        waits.append(circuit.until_at - seconds_now())
    assert waits == [10, 20, 40]


def test_a_short_throttling_is_waited_out_by_the_others(file: Path) -> None:
    own = budget(file, pace_seconds=0, max_wait_seconds=60)
    taken = own.take(1, LIVE)
    own.failed(taken, refused(30, Outcome.THROTTLED))
    other = budget(file, pace_seconds=0, max_wait_seconds=60)
    assert other.take(1, LIVE).reserved_at == taken.reserved_at + 30


def test_an_answer_that_was_under_way_does_not_close_the_circuit(file: Path) -> None:
    own = budget(file, pace_seconds=0)
    slow, banned = own.take(1, LIVE), own.take(1, LIVE)
    own.failed(banned, refused(120))
    own.answered(slow)
    assert own.ledger.circuit() is not None


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
    with sqlite3.connect(file) as connection:
        connection.execute("pragma user_version = 99")
    with pytest.raises(ConfigurationError, match="newer release"):
        budget(file).take(1, LIVE)
