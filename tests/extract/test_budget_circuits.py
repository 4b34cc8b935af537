"""Bans and throttlings open a circuit for all processes, and one probe closes it."""

from __future__ import annotations

from pathlib import Path

import pytest
from machine_time import SleepyMachine
from spending import LIVE, budget, spend, wish

from extract.budgets.ledger import Later, Taken
from extract.budgets.store import seconds_now
from extract.outcomes import FetchFailed, Outcome
from warehouse import clock


@pytest.fixture(autouse=True)
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "budgets.sqlite"


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
