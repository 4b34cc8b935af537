"""Each rule: its fault is caused, the message arrives at a server, and so does that it is over."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime

import pytest
from alerting import Receiver, like, published_with

from extract.budgets.budget import Budget
from extract.budgets.ledger import Priority
from extract.plan import Choice
from flows.alerts import evaluation
from flows.origin import pointed_at
from flows.run import run
from sandbox import Exchange
from warehouse import settings
from warehouse.errors import BusyError
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


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as running:
        monkeypatch.setenv("TAPEHOUSE_ALERTS__WEBHOOK__URL", running.url)
        yield running


@pytest.fixture
def own(
    demo: DataFolder, folder: DataFolder, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A sandbox folder with the demo's copy in it, whose alerts go to the test's receiver."""
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(folder.root))
    like(demo, folder)
    return settings.load()


@pytest.fixture
def watched(own: Settings, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same, at the hour of an exchange that the test moves."""
    monkeypatch.setenv("TAPEHOUSE_SANDBOX__URL", exchange.url)
    return settings.load()


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


@pytest.mark.parametrize(
    ("now", "stale"),
    [
        (datetime(2026, 3, 11, 15, 50), set()),
        # An hour and more of market without a bar; New York's day is not over, so no day is due.
        (datetime(2026, 3, 11, 16, 10), {"24/7 1m", "CMES 1m", "XNAS 1m", "XNYS 1m"}),
        # The next day is due when it closes, which it does while the market is shut.
        (datetime(2026, 3, 12, 13, 30), {"24/7 1m", "24/7 1h", "24/7 1d"}),
        (datetime(2026, 3, 12, 14, 40), {"24/7 1m", "24/7 1h", "24/7 1d", "XNAS 1d", "XNYS 1d"}),
    ],
)
def test_stale_is_counted_in_minutes_of_open_market(
    watched: Settings, exchange: Exchange, receiver: Receiver, now: datetime, stale: set[str]
) -> None:
    exchange.set_clock(now)
    evaluation.tell(watched)
    found = {one["subject"] for one in receiver.bodies if one["rule"] == "stale"}
    assert stale <= found
    assert found - stale <= {"CMES 1h", "CMES 1d", "XNAS 1h", "XNYS 1h"} | (
        {"XNAS 1m", "XNYS 1m", "CMES 1m"} if now.day == 12 else set()
    )


def test_what_is_stale_is_over_when_the_bars_are_there(
    watched: Settings, exchange: Exchange, receiver: Receiver
) -> None:
    exchange.set_clock(datetime(2026, 3, 11, 16, 10))
    evaluation.tell(watched)
    assert "XNYS 1m is stale by 69 minutes of open market" in receiver.titles()
    receiver.forget()
    exchange.set_clock(datetime(2026, 3, 11, 16, 40))
    evaluation.tell(watched)
    assert "XNYS 1m" not in {one["subject"] for one in receiver.bodies}
    published_with(
        watched.folder,
        "update bar_versions set opened_at = '2026-03-11 16:38', closed_at = '2026-03-11 16:39' "
        "where interval = '1m' and closed_at = '2026-03-11 15:00'",
    )
    evaluation.tell(watched)
    assert "over: XNYS 1m is stale by 69 minutes of open market" in receiver.titles()


def test_bars_that_are_missing_of_the_newest_session_are_told(
    own: Settings, receiver: Receiver
) -> None:
    before = own.folder.market.resolve()
    published_with(
        own.folder,
        "update completeness set held = held - 300, missing = missing + 300 "
        "where session_date = '2026-03-10' and symbol = 'ORCL'",
        "update completeness set held = 0, missing = expected where session_date = '2026-03-11'",
    )
    evaluation.tell(own)
    ((kind, level, title),) = receiver.told()
    assert (kind, level) == ("alert", "warning")
    assert title.startswith("XNYS 2026-03-10: 3")
    assert receiver.bodies[0]["lines"][0].startswith("ORCL: 30")
    own.folder.market.unlink()
    own.folder.market.symlink_to(before)
    evaluation.tell(own)
    assert receiver.titles()[1:] == [f"over: {title}"]


def test_a_final_bar_that_was_restated_is_told_once(own: Settings, receiver: Receiver) -> None:
    evaluation.tell(own)
    published_with(
        own.folder,
        "insert into bar_versions by name (select * replace (2 as version_number, "
        "close * 1.01 as close, 'restated' as cause, 100000 as known_seq) from bar_versions "
        "where interval = '1d' and session_date = '2025-06-03' and provider = 'yahoo' "
        "and instrument_id in (1, 3))",
    )
    for _ in range(2):
        evaluation.tell(own)
    assert receiver.told() == [("alert", "warning", "yahoo restated 2 final bars")]
    assert receiver.bodies[0]["lines"][0].startswith("AAPL 1d 2025-06-03 13:30: close ")


def test_what_quality_rules_call_an_alert_is_told_until_it_is_gone(
    own: Settings, receiver: Receiver
) -> None:
    before = own.folder.market.resolve()
    published_with(
        own.folder,
        "insert into data_quality_log by name (select * replace ('unit_switch' as rule, "
        "'alert' as severity) from data_quality_log where severity = 'warn')",
        "insert into data_quality_log by name (select * replace ('price_spike' as rule, "
        "'alert' as severity, 'it was so' as exception_reason) from data_quality_log "
        "where severity = 'warn')",
    )
    for _ in range(2):
        evaluation.tell(own)
    ((kind, level, title),) = receiver.told()
    assert (kind, level) == ("alert", "warning")
    assert title.startswith("unit_switch found 3 things")
    assert len(receiver.bodies[0]["lines"]) == 3
    own.folder.market.unlink()
    own.folder.market.symlink_to(before)
    evaluation.tell(own)
    assert receiver.titles()[1:] == [f"over: {title}"]


def test_a_day_that_is_nearly_spent_is_told(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_SANDBOX__REAL_PLANS", "true")
    found = settings.load()
    asked = pointed_at(found, "http://127.0.0.1:9")
    name = "alpha_vantage"
    asked.provider(name).calls_per_second = 0
    budget = Budget(found.budgets_file, name, asked.provider(name), asked.key(name))
    for _ in range(23):
        budget.answered(budget.take(1, Priority.LIVE))
    evaluation.tell(found)
    title = "alpha_vantage has used 23 of 25 calls a day"
    assert receiver.told() == [("alert", "warning", title)]
    found.budgets_file.unlink()
    evaluation.tell(found)
    assert receiver.titles()[1:] == [f"over: {title}"]


def test_a_circuit_that_a_refusal_opened_is_told(
    watched: Settings, exchange: Exchange, receiver: Receiver
) -> None:
    refusal = {"status": 418, "headers": {"Retry-After": "7200"}, "body": "<!channel> banned"}
    exchange.add_fault({"match": {"dialect": "binance"}, "do": refusal})
    run(watched, ("extract",), Choice(("BTCUSDT",), ("binance",), ("1d",)))
    (told,) = [one for one in receiver.bodies if one["rule"] == "budget_spent"]
    assert told["subject"] == "binance circuit"
    assert told["title"].startswith("binance is left alone until ")
    assert told["lines"][0].startswith("blocked")


def test_a_disk_with_too_little_room_is_told_as_critical(
    own: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__DISK_LOW__FREE_MB", "1000000000")
    evaluation.tell(settings.load())
    ((kind, level, title),) = receiver.told()
    assert (kind, level) == ("alert", "critical")
    assert title.endswith(" MB free on the disk of the data folder, less than 1,000,000,000")
    evaluation.tell(own)
    assert receiver.told()[1:] == [("over", "critical", f"over: {title}")]


def test_a_writer_that_holds_its_lock_too_long_is_told(
    own: Settings,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("TAPEHOUSE_ALERTS__RULES__WRITER_STUCK__MINUTES", "0")
    request.getfixturevalue("other_writer")
    found = settings.load()
    report = run(found, ("publish",))
    assert [type(error) for error in report.errors] == [BusyError]
    ((kind, level, title),) = receiver.told()
    assert (kind, level) == ("alert", "error")
    assert title.startswith("the writer's lock is held for 0 minutes by process ")
    assert receiver.bodies[0]["lines"][0].startswith("another program, since ")


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
