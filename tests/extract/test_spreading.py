"""A session of the shipped universe asks Yahoo for little, and all of it is held at its end."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from planning import Desk

from extract.work import WorkItem
from warehouse.settings import Settings

BEFORE = datetime(2026, 3, 11, 13, 0)
OPENS = datetime(2026, 3, 11, 13, 30)
CLOSES = datetime(2026, 3, 11, 20, 0)
RUNS = [OPENS + timedelta(minutes=15 * number) for number in range(1, 27)]
MOST = 200
SESSION_CALLS = 2


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    """A folder that is held up to the hour before the open, day after day."""
    found = Desk(own_settings)
    day_before = CLOSES - timedelta(days=1)
    for at in (day_before, day_before + timedelta(hours=1), BEFORE):
        found.answer(found.plan(at), at)
    return found


def of_yahoo(items: list[WorkItem]) -> list[WorkItem]:
    return [one for one in items if one.provider == "yahoo"]


def minutes(items: list[WorkItem]) -> list[WorkItem]:
    return [one for one in of_yahoo(items) if one.interval == "1m"]


def test_a_session_takes_two_hundred_requests_and_ends_complete(desk: Desk) -> None:
    asked: list[WorkItem] = []
    for at in RUNS:
        items = desk.plan(at)
        desk.answer(items, at)
        asked += of_yahoo(items)
    assert RUNS[-1] == CLOSES
    assert len(asked) + SESSION_CALLS <= MOST, Counter(
        (one.endpoint, one.interval) for one in asked
    )
    assert sum(one.endpoint == "quotes" for one in asked) == len(RUNS)
    assert [one.symbol for one in of_yahoo(desk.plan(CLOSES)) if one.endpoint == "bars"] == []


def test_each_symbol_has_its_turn(desk: Desk) -> None:
    turns: Counter[str] = Counter()
    for at in RUNS[:16]:
        items = desk.plan(at)
        desk.answer(items, at)
        turns.update(one.symbol for one in minutes(items))
    assert set(turns.values()) == {2}
    assert len(turns) == 24


def test_runs_that_come_more_often_ask_for_no_more(desk: Desk) -> None:
    count = 0
    for number in range(30):
        at = OPENS + timedelta(minutes=15, seconds=30 * number)
        items = desk.plan(at)
        desk.answer(items, at)
        count += len(minutes(items))
    assert count == 3


def test_who_names_symbols_gets_all_of_them_now(desk: Desk) -> None:
    at = OPENS + timedelta(minutes=95)
    items = [one for one in desk.plan(at, "AAPL", "MSFT") if one.endpoint == "bars"]
    assert {(one.symbol, one.interval) for one in items} == {
        ("AAPL", "1m"), ("AAPL", "1h"), ("MSFT", "1m"), ("MSFT", "1h"),
    }  # fmt: skip


def test_no_limit_asks_for_everything_in_each_run(desk: Desk) -> None:
    desk.settings.providers.yahoo.live_units = 0
    items = desk.plan(OPENS + timedelta(minutes=95))
    assert len(minutes(items)) == 24
    assert sum(one.interval == "1h" for one in of_yahoo(items)) > 20


def test_what_closed_before_the_session_is_not_held_back(desk: Desk) -> None:
    """The machine slept through a whole day: that day is asked for at once."""
    at = OPENS + timedelta(days=1, minutes=15)
    late = [one for one in minutes(desk.plan(at)) if one.start and one.start < at.replace(hour=0)]
    assert {one.symbol for one in late} >= {"AAPL", "^GSPC", "^TNX"}


def test_a_settled_day_comes_along_with_a_missing_one(desk: Desk) -> None:
    (item,) = [
        one for one in desk.plan(CLOSES, "AAPL") if one.endpoint == "bars" and one.interval == "1d"
    ]
    assert (item.reason, item.start, item.end) == ("missing", OPENS - timedelta(days=1), CLOSES)
