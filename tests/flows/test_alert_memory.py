"""Nothing is told twice, nothing is lost: repeats, quiet hours, channels that are away, kills."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from alerting import Receiver, Watch

from flows.alerts import evaluation, quiet
from flows.alerts.findings import Finding, View
from flows.alerts.memory import path_of
from warehouse import clock, settings
from warehouse.alert_settings import QuietSection
from warehouse.settings import PROJECT, Settings

TELL = """
from flows.alerts import evaluation
from warehouse import settings
evaluation.tell(settings.load())
"""


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """What the one rule that is on finds."""
    findings: list[Finding] = []

    def rule(_: View) -> list[Finding]:
        return list(findings)

    monkeypatch.setattr(evaluation, "RULES", {"disk_low": rule})
    return findings


@pytest.fixture
def own(own_settings: Settings, receiver: Receiver) -> Settings:
    return settings.load()


@pytest.fixture
def watch() -> Watch:
    machine = Watch()
    clock.live_by(machine)
    return machine


def wrong(subject: str = "disk", fingerprint: str = "", level: str = "error") -> Finding:
    title = f"{subject} is wrong {fingerprint}".strip()
    return Finding("disk_low", subject, level, title, ("why",), fingerprint)


def test_what_goes_on_is_told_once_until_it_changes_or_a_day_has_passed(
    own: Settings, receiver: Receiver, found: list[Finding], watch: Watch
) -> None:
    found.append(wrong())
    for _ in range(3):
        evaluation.tell(own)
    assert receiver.titles() == ["disk is wrong"]
    found[:] = [wrong(fingerprint="otherwise")]
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.titles()[1:] == ["disk is wrong otherwise"]
    watch.moved = timedelta(hours=23)
    evaluation.tell(own)
    assert len(receiver.bodies) == 2
    watch.moved = timedelta(hours=25)
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.told()[2:] == [("reminder", "error", "still: disk is wrong otherwise")]
    found.clear()
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.told()[3:] == [("over", "error", "over: disk is wrong otherwise")]
    assert receiver.bodies[-1]["lines"][0].startswith("it was so for 1,500 minutes")
    found.append(wrong())
    evaluation.tell(own)
    assert receiver.titles()[4:] == ["disk is wrong"]


def test_what_is_wrong_of_several_is_told_of_each(
    own: Settings, receiver: Receiver, found: list[Finding]
) -> None:
    found += [wrong("a"), wrong("b")]
    evaluation.tell(own)
    found.pop(0)
    evaluation.tell(own)
    assert receiver.titles() == ["a is wrong", "b is wrong", "over: a is wrong"]


def test_a_channel_that_is_away_is_told_all_when_it_is_back(
    own: Settings, receiver: Receiver, found: list[Finding]
) -> None:
    receiver.answer = 503
    found.append(wrong("a"))
    memory = evaluation.tell(own)
    assert "503" in memory.trouble["webhook"]
    found.append(wrong("b"))
    found.pop(0)
    evaluation.tell(own)
    receiver.forget()
    receiver.answer = 200
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.titles() == ["a is wrong", "b is wrong", "over: a is wrong"]
    assert evaluation.recall(own).trouble == {}


def test_a_channel_that_is_away_keeps_no_other_from_being_told(
    own: Settings, receiver: Receiver, found: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_ALERTS__WEBHOOK__URL", "http://127.0.0.1:9/nobody-listens-here")
    monkeypatch.setenv("TAPEHOUSE_ALERTS__SLACK__URL", receiver.url)
    found.append(wrong())
    memory = evaluation.tell(settings.load())
    assert len(receiver.bodies) == 1
    assert [len(memory.outbox[name]) for name in ("webhook", "slack")] == [1, 0]


def test_a_channel_that_is_away_for_long_gets_a_digest(
    own: Settings, receiver: Receiver, found: list[Finding]
) -> None:
    receiver.answer = 503
    for number in range(120):
        found[:] = [wrong(fingerprint=str(number))]
        evaluation.tell(own)
    receiver.forget()
    receiver.answer = 200
    evaluation.tell(own)
    assert receiver.bodies[0]["title"] == "101 messages that could not be sent before"
    assert receiver.bodies[0]["lines"][0].endswith("error: disk is wrong 0")
    assert receiver.titles()[1:] == [f"disk is wrong {number}" for number in range(101, 120)]


def test_a_channel_is_told_no_less_than_it_asks_for(
    own: Settings, receiver: Receiver, found: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_ALERTS__WEBHOOK__LEAST_LEVEL", "error")
    found += [wrong("a", level="warning"), wrong("b", level="error")]
    evaluation.tell(settings.load())
    assert receiver.titles() == ["b is wrong"]


def test_a_kill_while_sending_loses_nothing_and_the_receiver_can_tell_the_repeat(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rule is a real one, in a process of its own that is killed as the message arrives."""
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__DISK_LOW__FREE_MB", "1000000000")
    arrived, go_on = threading.Event(), threading.Event()

    def hold() -> int:
        arrived.set()
        go_on.wait(60)
        return 200

    receiver.answer = hold
    with subprocess.Popen([sys.executable, "-c", TELL], cwd=PROJECT) as child:
        assert arrived.wait(60)
        child.send_signal(signal.SIGKILL)
    go_on.set()
    receiver.answer = 200
    for _ in range(2):
        evaluation.tell(settings.load())
    first, second = receiver.bodies
    assert first == second
    assert receiver.headers[0]["Idempotency-Key"] == receiver.headers[1]["Idempotency-Key"]


def test_two_that_judge_at_once_tell_it_once(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__DISK_LOW__FREE_MB", "1000000000")
    children = [subprocess.Popen([sys.executable, "-c", TELL], cwd=PROJECT) for _ in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert [level for _, level, _ in receiver.told()] == ["critical"]


@pytest.mark.parametrize("text", ["", "{", '{"version": 1}', '{"version": 9}', "[]", "null"])
def test_a_damaged_memory_is_set_aside_and_begun_anew(
    own: Settings, receiver: Receiver, found: list[Finding], text: str
) -> None:
    path_of(own.folder).write_text(text)
    found.append(wrong())
    evaluation.tell(own)
    assert receiver.titles() == ["disk is wrong"]
    assert len(list(own.folder.state.glob("alerts.json.*.aside"))) == 1
    assert json.loads(path_of(own.folder).read_text())["version"] == 1


def test_without_a_channel_nothing_is_judged_after_a_run(
    own_settings: Settings, found: list[Finding]
) -> None:
    found.append(wrong())
    evaluation.after_run(own_settings)
    assert not path_of(own_settings.folder).exists()


def test_no_fault_of_alerts_ends_a_run(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(evaluation, "judge", broken)
    evaluation.after_run(own)
    with pytest.raises(ZeroDivisionError), evaluation.told_after(own):
        _ = 1 / 0


BERLIN = {"starts": "22:00", "ends": "07:00", "zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("hours", "at", "is_quiet"),
    [
        (BERLIN, datetime(2026, 3, 11, 20, 59), False),
        (BERLIN, datetime(2026, 3, 11, 21, 0), True),
        (BERLIN, datetime(2026, 3, 12, 5, 59), True),
        (BERLIN, datetime(2026, 3, 12, 6, 0), False),
        # Summer time begins on the 29th: the same hour of the wall is an hour earlier in UTC.
        (BERLIN, datetime(2026, 3, 30, 20, 0), True),
        (BERLIN, datetime(2026, 3, 30, 5, 0), False),
        ({"starts": "12:00", "ends": "13:00"}, datetime(2026, 3, 11, 12, 30), True),
        ({"starts": "12:00", "ends": "13:00"}, datetime(2026, 3, 11, 13, 0), False),
        ({}, datetime(2026, 3, 11, 0, 0), False),
    ],
)
def test_quiet_hours_are_those_of_the_wall(
    hours: dict[str, str], at: datetime, is_quiet: bool
) -> None:
    assert quiet.is_quiet(QuietSection.model_validate(hours), at) is is_quiet


def test_quiet_hours_hold_back_all_but_the_critical_and_tell_the_rest_after(
    own: Settings, receiver: Receiver, found: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    hours: list[bool] = [True]
    monkeypatch.setattr(quiet, "is_quiet", lambda *_: hours[0])
    found += [wrong("a"), wrong("b", level="critical")]
    evaluation.tell(own)
    found.pop(0)
    evaluation.tell(own)
    assert receiver.titles() == ["b is wrong"]
    hours[0] = False
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.titles()[1:] == ["2 messages from the quiet hours"]
    lines = receiver.bodies[1]["lines"]
    assert [line.partition(": ")[2] for line in lines] == ["a is wrong", "over: a is wrong"]
