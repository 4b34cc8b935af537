"""What the published ledger calls for again, and what is never asked twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb
import pytest
from planning import Desk

from extract.ledger import coverage
from extract.work import WorkItem
from extract.yahoo.settings import LIMITS
from warehouse.settings import Settings

OPEN, CLOSE = datetime(2026, 3, 10, 13, 30), datetime(2026, 3, 10, 20, 0)
ASKED = CLOSE + timedelta(hours=2)
MINUTE, HALF_HOUR = timedelta(minutes=1), timedelta(minutes=30)
AAPL = 1


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    """Everything up to two hours after the close of 10 March was answered."""
    found = Desk(own_settings)
    found.answer(found.bars(ASKED, "AAPL"), ASKED)
    return found


def publish(
    desk: Desk, gaps: Sequence[datetime], state: str = "retrying", seen_at: datetime | None = ASKED
) -> None:
    """A published copy whose ledger lists these minutes of AAPL."""
    folder = desk.settings.folder
    next_try = seen_at + HALF_HOUR if seen_at else None
    with duckdb.connect(str(folder.market)) as connection:
        connection.execute(
            "create table requests (provider varchar, endpoint varchar, instrument_id bigint, "
            "interval varchar, window_start timestamp, window_end timestamp, "
            "requested_at timestamp, outcome varchar, detail varchar, "
            "reason varchar, file_seq bigint)"
        )
        connection.execute(
            "create table landing_files (file_seq bigint, group_seq bigint, state varchar)"
        )
        connection.execute(
            "create table bar_gaps (instrument_id bigint, interval varchar, session_date date, "
            "opened_at timestamp, closed_at timestamp, state varchar, last_seen_at timestamp, "
            "next_try_at timestamp)"
        )
        for at in gaps:
            row = [AAPL, "1m", at.date(), at, at + MINUTE, state, seen_at, next_try]
            connection.execute("insert into bar_gaps values (?, ?, ?, ?, ?, ?, ?, ?)", row)


def windows(items: Sequence[WorkItem]) -> list[tuple[str, datetime | None, datetime | None]]:
    return [(item.reason, item.start, item.end) for item in items]


def minutes(*numbers: int) -> list[datetime]:
    return [OPEN + number * MINUTE for number in numbers]


def test_a_gap_is_asked_for_again_when_its_next_try_has_come(desk: Desk) -> None:
    publish(desk, minutes(10, 11, 12, 60))
    assert desk.bars(ASKED + HALF_HOUR - MINUTE, "AAPL", interval="1m") == []
    assert windows(desk.bars(ASKED + HALF_HOUR, "AAPL", interval="1m")) == [
        ("gap", OPEN + 10 * MINUTE, OPEN + 13 * MINUTE),
        ("gap", OPEN + 60 * MINUTE, OPEN + 61 * MINUTE),
    ]


def test_an_open_gap_is_due_at_once_while_the_provider_still_reaches_it(
    own_settings: Settings,
) -> None:
    desk = Desk(own_settings)
    publish(desk, minutes(10), "open", None)
    old = datetime(2026, 5, 1, 12)
    due = desk.bars(old, "AAPL", interval="1m")
    assert ("gap", OPEN + 10 * MINUTE, OPEN + 11 * MINUTE) not in windows(due)  # out of reach
    near = datetime(2026, 4, 1, 12)
    assert ("gap", OPEN + 10 * MINUTE, OPEN + 11 * MINUTE) in windows(
        desk.bars(near, "AAPL", interval="1m")
    )


@pytest.mark.parametrize("state", ["no_trade_confirmed", "absent_at_provider", "waived", "healed"])
def test_what_is_settled_is_never_asked_for_again(desk: Desk, state: str) -> None:
    publish(desk, minutes(10), state)
    assert desk.bars(ASKED + 2 * HALF_HOUR, "AAPL", interval="1m") == []


def test_a_session_in_more_than_eight_pieces_is_one_window(desk: Desk) -> None:
    publish(desk, minutes(*range(0, 90, 10)))
    assert windows(desk.bars(ASKED + HALF_HOUR, "AAPL", interval="1m")) == [
        ("gap", OPEN, OPEN + 81 * MINUTE)
    ]


def test_an_answer_that_the_ledger_has_not_seen_is_waited_for(desk: Desk) -> None:
    publish(desk, minutes(10))
    due = desk.bars(ASKED + HALF_HOUR, "AAPL", interval="1m")
    desk.answer(due, ASKED + HALF_HOUR)
    assert desk.bars(ASKED + 4 * HALF_HOUR, "AAPL", interval="1m") == []


@pytest.mark.parametrize("outcome", ["unavailable", "malformed"])
def test_a_gap_whose_request_failed_is_due_in_the_next_plan(desk: Desk, outcome: str) -> None:
    publish(desk, minutes(10))
    due = desk.bars(ASKED + HALF_HOUR, "AAPL", interval="1m")
    desk.answer(due, ASKED + HALF_HOUR, outcome)
    assert desk.bars(ASKED + HALF_HOUR + MINUTE, "AAPL", interval="1m") == due


def test_a_repair_asks_for_gaps_alone_and_does_not_wait(desk: Desk) -> None:
    publish(desk, minutes(10))
    later = ASKED + timedelta(days=1)
    assert [one.endpoint for one in desk.plan(later, "AAPL", gaps_only=True)] == ["bars"]
    assert windows(desk.plan(ASKED, "AAPL", gaps_only=True)) == [
        ("gap", OPEN + 10 * MINUTE, OPEN + 11 * MINUTE)
    ]


def test_a_version_in_dispute_is_read_again_half_an_hour_later(desk: Desk) -> None:
    publish(desk, [])
    with duckdb.connect(str(desk.settings.folder.market)) as connection:
        connection.execute(
            "create table bar_versions as select 1 as instrument_id, '1d' as interval, "
            "'yahoo' as provider, "
            "date '2026-03-10' as session_date, timestamp '2026-03-10 13:30:00' as opened_at, "
            "timestamp '2026-03-10 20:00:00' as closed_at, "
            "timestamp '2026-03-10 22:00:00' as conflict_since"
        )
    assert desk.bars(ASKED + HALF_HOUR - MINUTE, "AAPL", interval="1d") == []
    assert windows(desk.bars(ASKED + HALF_HOUR, "AAPL", interval="1d")) == [
        ("conflict", OPEN, CLOSE)
    ]


def test_only_what_was_read_too_early_is_read_again_when_a_session_has_settled(
    own_settings: Settings,
) -> None:
    desk = Desk(own_settings)
    desk.answer(desk.bars(CLOSE, "AAPL", interval="1m"), CLOSE)
    due = desk.bars(CLOSE + timedelta(hours=1), "AAPL", interval="1m")
    assert windows(due) == [("settle", CLOSE - timedelta(hours=1), CLOSE)]


def test_a_sleep_longer_than_coverage_leaves_no_hole_behind(desk: Desk) -> None:
    later = ASKED + timedelta(days=20)
    due = desk.bars(later, "AAPL", interval="1m")
    assert min(item.start for item in due if item.start) == datetime(2026, 3, 11, 13, 30)


def test_the_ledger_knows_how_far_back_each_provider_reaches() -> None:
    with (coverage.SEEDS / "provider_reach.csv").open() as file:
        rows = [line.strip().split(",") for line in file][1:]
    told = {interval: back for provider, interval, back, _ in rows if provider == "yahoo"}
    assert told == {
        interval: str(limit.back.days) if limit.back else "" for interval, limit in LIMITS.items()
    }
