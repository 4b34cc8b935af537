"""What is planned for Massive: processed days of two years, and what is due beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from planning import Desk

from extract.failover import StandIns
from extract.plan import Choice
from extract.work import WorkItem
from warehouse.settings import Settings

# Eight in the evening of New York, and seven in the morning after.
EVENING, MORNING = datetime(2026, 3, 12, 0), datetime(2026, 3, 12, 11)
CLOSE = datetime(2026, 3, 11, 20)


@pytest.fixture
def settings(own_settings: Settings) -> Settings:
    own_settings.give_key("massive", "a-key-of-plans")
    own_settings.providers.yahoo.enabled = False
    return own_settings


@pytest.fixture
def desk(settings: Settings) -> Desk:
    return Desk(settings)


def last_end(items: list[WorkItem], interval: str) -> datetime:
    return max(item.end for item in items if item.interval == interval and item.end)


def test_a_free_plan_is_asked_for_a_day_only_when_it_is_processed(desk: Desk) -> None:
    evening, morning = desk.bars(EVENING, "AAPL"), desk.bars(MORNING, "AAPL")
    for interval in ("1d", "1m"):
        assert last_end(evening, interval) == CLOSE - timedelta(days=1)
        assert last_end(morning, interval) == CLOSE
    assert {item.provider for item in morning} == {"massive"}


def test_a_plan_without_delay_is_asked_for_the_newest_minute(
    settings: Settings, desk: Desk
) -> None:
    settings.providers.massive.delay_minutes = 0
    now = datetime(2026, 3, 11, 15, 0, 30)
    assert last_end(desk.bars(now, "AAPL"), "1m") == datetime(2026, 3, 11, 15)


def test_nothing_is_asked_for_from_before_the_plans_history(settings: Settings, desk: Desk) -> None:
    settings.providers.massive.history_days = 30
    starts = [item.start for item in desk.bars(MORNING, "AAPL") if item.start]
    assert min(starts) >= MORNING - timedelta(days=30)


def test_hours_are_not_asked_of_massive(desk: Desk) -> None:
    assert {item.interval for item in desk.bars(MORNING, "AAPL")} == {"1d", "1m"}


def test_actions_come_before_the_bars_once_a_session_and_records_once_a_week(desk: Desk) -> None:
    items = desk.plan(MORNING, "AAPL")
    endpoints = [item.endpoint for item in items]
    assert endpoints[:2] == ["splits", "dividends"]
    assert {"tickers", "market_status", "market_holidays"} < set(endpoints)
    assert not {"trades", "quotes"} & set(endpoints)
    desk.answer(items, MORNING)
    assert desk.plan(MORNING + timedelta(minutes=15), "AAPL") == []
    next_day = [item.endpoint for item in desk.plan(MORNING + timedelta(days=1), "AAPL")]
    assert next_day[:2] == ["splits", "dividends"]
    assert "tickers" not in next_day
    next_week = [item.endpoint for item in desk.plan(MORNING + timedelta(days=7), "AAPL")]
    assert "tickers" in next_week


def test_an_index_pays_nothing_and_splits_never(desk: Desk) -> None:
    items = desk.plan(MORNING, "SPX")
    assert {item.symbol for item in items if item.instrument_id} == {"I:SPX"}
    assert not {"splits", "dividends"} & {item.endpoint for item in items}


def test_where_others_come_first_only_checks_and_the_calendar_are_asked(
    own_settings: Settings,
) -> None:
    own_settings.give_key("massive", "a-key-of-plans")
    items = [
        item for item in Desk(own_settings).plan(MORNING, "AAPL") if item.provider == "massive"
    ]
    assert {item.endpoint for item in items} <= {"bars", "market_status", "market_holidays"}
    assert {item.interval for item in items if item.interval} <= {"1d"}


def test_without_a_key_massive_is_left_out(own_settings: Settings) -> None:
    own_settings.providers.yahoo.enabled = False
    assert Desk(own_settings).plan(MORNING, "AAPL") == []


def test_massive_stands_in_only_for_windows_that_its_plan_has(
    own_settings: Settings, desk: Desk
) -> None:
    own_settings.providers.yahoo.enabled = True
    items = [item for item in desk.bars(EVENING, "AAPL", interval="1m") if item.end]
    assert {item.provider for item in items} == {"yahoo"}
    choice = Choice(("AAPL",))
    old = replace(items[0], end=CLOSE - timedelta(days=1))
    new = replace(items[0], start=CLOSE - timedelta(hours=1))
    stand_ins = StandIns(own_settings, desk.landing, choice, EVENING)
    assert {one.provider for one in stand_ins.of(old, {"yahoo"}) or ()} == {"massive"}
    assert stand_ins.of(new, {"yahoo"}) is None
