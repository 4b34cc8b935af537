"""The gates count by the machine's time, and shut where a provider's would."""

from __future__ import annotations

import pytest
from machine_time import SleepyMachine

from sandbox.gates import Gate, Refused
from warehouse import clock


@pytest.fixture
def machine() -> SleepyMachine:
    found = SleepyMachine()
    clock.live_by(found)
    return found


def test_a_sliding_window_lets_in_what_falls_out_of_it(machine: SleepyMachine) -> None:
    gate = Gate(lambda: {60.0: 2})
    answers = []
    for wait in (0, 10, 45, 70, 0, 0):
        machine.seconds += wait
        answers.append(gate.refusal())
    assert answers == [None, None, Refused(5.0), None, None, Refused(60.0)]
    assert (gate.calls, gate.refusals, gate.bans) == (6, 2, 0)


def test_a_fixed_window_begins_anew_with_the_minute(machine: SleepyMachine) -> None:
    gate = Gate(lambda: {60.0: 100}, fixed=True)
    machine.seconds = 59
    assert gate.refusal(100) is None
    assert gate.refusal(1) == Refused(1.0)
    machine.seconds = 60
    assert gate.refusal(100) is None
    assert gate.used(60.0) == 100


def test_who_goes_on_knocking_is_banned_for_a_while(machine: SleepyMachine) -> None:
    gate = Gate(lambda: {1.0: 1}, patience=2, ban_seconds=lambda: 150.0)
    answers = [gate.refusal() for _ in range(5)]
    assert [one.banned for one in answers if one] == [False, False, True, True]
    machine.seconds += 149.5
    assert gate.refusal() == Refused(0.5, banned=True)
    machine.seconds += 0.5
    assert gate.refusal() is not None, "knocking at a shut door counts too"
    machine.seconds += 1
    assert gate.refusal() is None
    assert gate.bans == 1


def test_several_windows_hold_at_once(machine: SleepyMachine) -> None:
    gate = Gate(lambda: {1.0: 1, 86_400.0: 2})
    assert gate.refusal() is None
    machine.seconds += 2
    assert gate.refusal() is None
    machine.seconds += 2
    assert gate.refusal() == Refused(86_396.0)


def test_limits_that_are_switched_off_count_and_refuse_nothing() -> None:
    gate = Gate(lambda: {60.0: 1})
    assert [gate.refusal(enforced=False) for _ in range(3)] == [None] * 3
    assert gate.used(60.0) == 3
