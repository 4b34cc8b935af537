"""The rules that look at the machine: budgets, circuits, disk and the lock of the writer."""

from __future__ import annotations

import pytest
from alerting import Receiver

from extract.budgets.budget import Budget
from extract.budgets.ledger import Priority
from extract.plan import Choice
from flows.alerts import evaluation
from flows.origin import pointed_at
from flows.run import run
from sandbox import Exchange
from warehouse import settings
from warehouse.errors import BusyError
from warehouse.settings import Settings


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
