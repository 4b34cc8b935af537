"""The rules that look at what the market brought: late, missing, restated, doubtful."""

from __future__ import annotations

from datetime import datetime

import pytest
from alerting import Receiver, published_with

from flows.alerts import evaluation
from sandbox import Exchange
from warehouse.settings import Settings


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
