"""What is planned at Alpha Vantage: by the key, its plan, and what the provider is there for."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

import pytest
from planning import Desk

from extract import plan
from extract.plan import Choice
from extract.work import WorkItem
from warehouse import clock
from warehouse.provider_settings import AlphaVantageSettings, SourcesSection
from warehouse.settings import Settings

WEDNESDAY = datetime(2026, 3, 11, 15, 0)
TUESDAYS_CLOSE = datetime(2026, 3, 10, 20, 0)
Plan = Literal["free", "premium"]


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    own_settings.give_key("alpha_vantage", "a-key-for-planning")
    return Desk(own_settings)


def planned(
    desk: Desk, at: datetime = WEDNESDAY, of: Plan = "free", named: bool = True
) -> list[WorkItem]:
    clock.use(lambda: at)
    desk.settings.providers.alpha_vantage = AlphaVantageSettings(plan=of)
    choice = Choice(("AAPL",), ("alpha_vantage",) if named else ())
    items = plan.make(desk.settings, desk.landing, choice)
    return [one for one in items if one.provider == "alpha_vantage"]


def test_without_a_key_nothing_is_planned(own_settings: Settings) -> None:
    assert planned(Desk(own_settings)) == []


def test_a_free_key_is_asked_for_its_days_in_one_call_and_for_nothing_else(desk: Desk) -> None:
    (item,) = planned(desk)
    assert (item.endpoint, item.interval, item.end) == ("bars", "1d", TUESDAYS_CLOSE)
    assert item.start is not None
    assert timedelta(days=139) < WEDNESDAY - item.start <= timedelta(days=140)
    desk.answer([item], WEDNESDAY)
    assert planned(desk) == []


def test_a_days_bar_costs_one_call_however_often_it_is_planned(desk: Desk) -> None:
    desk.answer(planned(desk), WEDNESDAY)
    close = TUESDAYS_CLOSE + timedelta(days=1)
    assert planned(desk, close + timedelta(hours=5)) == []
    (item,) = planned(desk, close + timedelta(hours=7))
    assert (item.start, item.end) == (close - timedelta(hours=6, minutes=30), close)
    desk.answer([item], close + timedelta(hours=7))
    assert planned(desk, close + timedelta(hours=17)) == []


def test_a_premium_key_is_asked_for_all_of_coverage_but_hours(desk: Desk) -> None:
    items = planned(desk, of="premium")
    assert {one.interval for one in items} == {"1d", "1m", None}
    oldest = min(one.start for one in items if one.start)
    assert WEDNESDAY - oldest > timedelta(days=700)
    months = [one.start.month for one in items if one.interval == "1m" and one.start]
    assert set(months) == {3}


def test_beside_another_source_it_checks_the_last_days_only(desk: Desk) -> None:
    (item,) = planned(desk, named=False)
    assert item.interval == "1d"
    assert item.start is not None
    assert date(2026, 2, 27) <= item.start.date() <= date(2026, 3, 3)


def test_a_quote_is_due_after_a_close_where_it_tells_the_present(desk: Desk) -> None:
    assert not [one for one in planned(desk) if one.endpoint == "quotes"]
    desk.settings.sources = SourcesSection(live={"*": ["alpha_vantage"]})
    assert not [one for one in planned(desk, named=False) if one.endpoint == "quotes"]
    due = planned(desk, of="premium", named=False)
    (item,) = [one for one in due if one.endpoint == "quotes"]
    assert (item.symbols, item.reason) == (("AAPL",), "snapshot")
    desk.answer([item], WEDNESDAY)
    again = planned(desk, of="premium", named=False)
    assert not [one for one in again if one.endpoint == "quotes"]
    after = planned(desk, TUESDAYS_CLOSE + timedelta(days=1, minutes=5), "premium", named=False)
    assert [one.endpoint for one in after if one.endpoint == "quotes"] == ["quotes"]
