"""`tapehouse alerts` shows rules and channels, sends when asked to, and tries every channel."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from alerting import Receiver
from command_line import tapehouse

from warehouse.folder import DataFolder

FULL = {"TAPEHOUSE_ALERTS__RULES__DISK_LOW__FREE_MB": "1000000000"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_what_is_wrong_is_shown_first_and_sent_when_asked_to(
    folder: DataFolder, receiver: Receiver
) -> None:
    at = {"TAPEHOUSE_ALERTS__WEBHOOK__URL": receiver.url, **FULL}
    shown = json.loads(tapehouse(folder.root, "alerts", "--json", **at).stdout)
    (would_be_sent,) = shown["would_be_sent"]
    assert would_be_sent["level"] == "critical"
    assert shown["channels"]["webhook"]["leads_to"] == "http://127.0.0.1/***"
    assert receiver.bodies == []
    sent = tapehouse(folder.root, "alerts", "--send", **at).stdout
    assert "webhook  nothing waits" in sent
    assert receiver.told() == [("alert", "critical", receiver.bodies[0]["title"])]
    table = tapehouse(folder.root, "alerts", **at).stdout
    assert "nothing new to tell" in table
    assert "a-path-that-guards-it" not in table


def test_a_channel_that_takes_no_test_message_is_told(
    folder: DataFolder, receiver: Receiver
) -> None:
    at = {
        "TAPEHOUSE_ALERTS__WEBHOOK__URL": receiver.url,
        "TAPEHOUSE_ALERTS__SLACK__URL": "http://127.0.0.1:9/services/a-path-that-guards-it",
    }
    done = tapehouse(folder.root, "alerts", "test", check=False, **at)
    assert done.returncode == 1, done.stderr
    assert [one["kind"] for one in receiver.bodies] == ["test"]
    webhook, slack = done.stdout.splitlines()
    assert (webhook.split(), slack.split()[0]) == (["webhook", "taken"], "slack")
    assert "a-path-that-guards-it" not in done.stdout + done.stderr
