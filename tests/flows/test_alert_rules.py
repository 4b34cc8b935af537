"""The rules that look at runs, and what all share: fault, message and end at a real server."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest
from alerting import Receiver, published_with

from extract.plan import Choice
from flows.alerts import evaluation
from flows.run import run
from sandbox import Exchange
from warehouse import settings
from warehouse.folder import DataFolder
from warehouse.runs import Run
from warehouse.settings import PROJECT, Settings

BUILDER = """
import sys, time
from pathlib import Path
from warehouse.folder import DataFolder
from warehouse.runs import Run
run = Run.start(DataFolder(Path(sys.argv[1])))
with run.step("build"):
    sys.stdout.write("building\\n")
    sys.stdout.flush()
    time.sleep(60)
"""


def ended_well(folder: DataFolder, step: str) -> int:
    """A later run of the step; only its journal counts here."""
    started = Run.start(folder)
    with started.step(step):
        pass
    started.end()
    return started.run_id


def killed_while_building(folder: DataFolder) -> int:
    with subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(folder.root)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "building\n"
        child.send_signal(signal.SIGKILL)
    return max(int(path.name) for path in folder.runs.iterdir())


def test_a_folder_that_is_well_tells_nothing(own: Settings, receiver: Receiver) -> None:
    found = evaluation.judge(own, {})
    assert (found.findings, found.unjudged) == ([], {})
    evaluation.tell(own)
    assert receiver.bodies == []


def test_a_step_that_failed_is_told_by_the_run_itself_and_once(
    own: Settings, receiver: Receiver, demo: DataFolder
) -> None:
    first = run(own, ("publish",))
    assert [error.exit_code for error in first.errors] == [70]
    assert receiver.told() == [("alert", "error", f"publish failed in run {first.run_id}")]
    assert "no warehouse to publish" in receiver.bodies[0]["lines"][0]
    assert receiver.bodies[0]["origin"] == "sandbox"
    again = run(own, ("publish",))
    assert again.errors
    assert len(receiver.bodies) == 1
    shutil.copyfile(demo.warehouse, own.folder.warehouse)
    assert run(own, ("publish",)).errors == []
    assert receiver.told()[1:] == [("over", "error", f"over: publish failed in run {first.run_id}")]


def test_a_step_that_was_killed_is_told_until_it_ends_well(
    own: Settings, receiver: Receiver
) -> None:
    killed = killed_while_building(own.folder)
    evaluation.tell(own)
    assert receiver.titles() == [f"build was killed in run {killed}"]
    ended_well(own.folder, "build")
    evaluation.tell(own)
    assert receiver.titles()[1:] == [f"over: build was killed in run {killed}"]


def test_a_kill_that_nobody_saw_is_told_after_the_next_run(
    own: Settings, receiver: Receiver
) -> None:
    ended_well(own.folder, "build")
    evaluation.tell(own)
    killed = killed_while_building(own.folder)
    well = ended_well(own.folder, "build")
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.titles() == [f"build was killed in run {killed}, well again in {well}"]


def test_units_that_an_exchange_refuses_are_told_with_their_share(
    watched: Settings, exchange: Exchange, receiver: Receiver
) -> None:
    exchange.add_fault({"match": {}, "do": {"status": 503}})
    days = Choice(("AAPL",), ("yahoo",), ("1d",))
    report = run(watched, ("extract",), days)
    failed, units = len(report.failures), len(report.planned)
    assert failed
    title = f"{failed} of {units} units failed in run {report.run_id}"
    assert ("alert", "warning", title) in receiver.told()
    exchange.clear_faults()
    receiver.forget()
    assert run(watched, ("extract",), days).failures == []
    assert ("over", "warning", f"over: {title}") in receiver.told()


def test_a_rule_that_is_switched_off_tells_nothing(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(own, ("publish",))
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__STEP_FAILED__ENABLED", "false")
    evaluation.tell(settings.load())
    assert receiver.titles() == ["publish failed in run 1"]


def test_a_rule_that_breaks_keeps_neither_the_others_nor_the_run_from_their_work(
    own: Settings, receiver: Receiver
) -> None:
    published_with(own.folder, "drop table completeness")
    run(own, ("publish",))
    assert receiver.titles() == ["publish failed in run 1"]
    assert list(evaluation.judge(own, {}).unjudged) == ["incomplete"]


def test_before_anything_is_published_the_other_rules_are_judged(
    own_settings: Settings, receiver: Receiver
) -> None:
    own_settings.folder.prepare("sandbox")
    found = evaluation.judge(settings.load(), {})
    assert sorted(found.unjudged) == ["incomplete", "quality", "restated", "stale"]
    assert (found.findings, len(found.judged)) == ([], 5)
