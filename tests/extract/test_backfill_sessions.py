"""A backfill's plan: each session of the span that was listed and is not landed, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from backfilling import CLOSE, WEDNESDAY, planned, windows
from planning import Desk

from extract import reference, universe
from extract.landing import Landing
from extract.work import WorkItem
from warehouse import clock
from warehouse.settings import Settings


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


def test_all_sessions_of_the_span_are_asked_for_and_nothing_else(desk: Desk) -> None:
    found = planned(desk, "AAPL", end=date(2026, 3, 6))
    assert windows(found.items) == [(datetime(2026, 3, 2, 14, 30), datetime(2026, 3, 6, 21))]
    assert {item.reason for item in found.bars} == {"backfill"}
    assert (found.sessions, found.landed) == (5, 0)


def test_actions_are_asked_before_the_bars_they_explain_and_only_with_them(desk: Desk) -> None:
    found = planned(desk, "AAPL", "MSFT", interval="1m")
    told = [(item.symbol, item.endpoint) for item in found.items]
    assert dict.fromkeys(told) == dict.fromkeys(
        [("AAPL", "actions"), ("AAPL", "bars"), ("MSFT", "actions"), ("MSFT", "bars")]
    )
    desk.answer(found.bars, WEDNESDAY)
    assert planned(desk, "AAPL", "MSFT", interval="1m").items == []


def test_what_was_answered_is_landed_whoever_asked_for_it(desk: Desk) -> None:
    desk.answer(desk.bars(WEDNESDAY, "AAPL", interval="1d"), WEDNESDAY)
    found = planned(desk, "AAPL", start=date(2023, 1, 3))
    assert windows(found.items) == [(datetime(2023, 1, 3, 14, 30), datetime(2024, 3, 11, 20))]
    assert found.landed == found.sessions - 298


def test_a_second_plan_says_that_nothing_is_left(desk: Desk) -> None:
    desk.answer(planned(desk, "AAPL", interval="5m").bars, WEDNESDAY)
    again = planned(desk, "AAPL", interval="5m")
    assert again.items == []
    assert again.lines()[-1] == "nothing to do: all 8 sessions are landed"


def test_after_a_kill_only_what_had_not_landed_is_asked_for(desk: Desk) -> None:
    first = planned(desk, "us_tech", interval="1m", start=date(2026, 2, 12))
    landed = first.bars[::2]
    desk.answer(landed, WEDNESDAY)
    again = planned(desk, "us_tech", interval="1m", start=date(2026, 2, 12))
    assert again.bars
    assert not [(one, two) for one in again.bars for two in landed if overlap(one, two)]
    desk.answer(again.bars, WEDNESDAY)
    assert planned(desk, "us_tech", interval="1m", start=date(2026, 2, 12)).items == []


def overlap(one: WorkItem, two: WorkItem) -> bool:
    assert one.start
    assert one.end
    assert two.start
    assert two.end
    same = one.instrument_id == two.instrument_id
    return same and one.start < two.end and two.start < one.end


@pytest.mark.parametrize("outcome", ["throttled", "unavailable", "malformed"])
def test_a_unit_that_failed_is_asked_for_again(desk: Desk, outcome: str) -> None:
    first = planned(desk, "AAPL").bars
    desk.answer(first, WEDNESDAY, outcome)
    assert planned(desk, "AAPL").bars == first


def test_a_session_under_way_is_asked_for_once_and_goes_on_in_runs(desk: Desk) -> None:
    today = WEDNESDAY.date()
    first = planned(desk, "AAPL", interval="5m", start=today)
    assert windows(first.items) == [(datetime(2026, 3, 11, 13, 30), WEDNESDAY)]
    desk.answer(first.items, WEDNESDAY)
    later = WEDNESDAY + timedelta(hours=1)
    assert planned(desk, "AAPL", interval="5m", start=today, at=later).items == []
    closed = datetime(2026, 3, 11, 20, 30)
    rest = planned(desk, "AAPL", interval="5m", start=today, at=closed)
    assert windows(rest.items) == [(WEDNESDAY, datetime(2026, 3, 11, 20))]


def test_a_day_that_is_not_over_has_no_bar_to_ask_for(desk: Desk) -> None:
    found = planned(desk, "AAPL", start=WEDNESDAY.date())
    assert (found.items, found.sessions) == ([], 0)
    assert found.lines() == ["nothing to do: no session of the span has closed bars"]


def test_what_was_read_too_early_is_read_again_when_it_has_settled(desk: Desk) -> None:
    day = CLOSE.date()
    desk.answer(planned(desk, "AAPL", interval="5m", start=day, end=day, at=CLOSE).bars, CLOSE)
    again = planned(
        desk, "AAPL", interval="5m", start=day, end=day, at=CLOSE + timedelta(hours=1)
    ).bars
    assert [(item.reason, item.end) for item in again] == [("settle", CLOSE)]


def test_nothing_is_asked_for_before_the_listing_and_one_line_says_so(desk: Desk) -> None:
    found = planned(desk, "PLTR", "AIQ", start=date(2015, 1, 2))
    assert min(item.start for item in found.bars if item.symbol == "PLTR" and item.start) == (
        datetime(2020, 9, 30, 13, 30)
    )
    (line,) = found.notes
    assert "PLTR is listed since 2020-09-30, AIQ is listed since 2018-05-16" in line
    assert found.left_out == []


def test_nothing_is_asked_for_after_the_last_day_of_listing(desk: Desk) -> None:
    universe.delist(desk.settings.folder, "ORCL", date(2026, 3, 4))
    found = planned(desk, "ORCL")
    assert windows(found.items)[-1][1] == datetime(2026, 3, 4, 21)
    assert "ORCL was delisted on 2026-03-04" in found.notes[0]


def test_runs_do_not_go_on_from_where_an_old_backfill_ended(desk: Desk) -> None:
    old = planned(desk, "BTCUSDT", interval="1m", start=date(2020, 1, 1), end=date(2020, 1, 3)).bars
    assert windows(old)[0][0] == datetime(2020, 1, 1)
    desk.answer(old, WEDNESDAY)
    due = desk.bars(WEDNESDAY, "BTCUSDT", interval="1m")
    assert min(item.start for item in due if item.start) >= WEDNESDAY - timedelta(days=9)


def test_sessions_are_landed_as_far_back_as_bars_are_asked_for(desk: Desk) -> None:
    landing = Landing(desk.settings.folder)
    clock.use(lambda: WEDNESDAY)
    usual = reference.land_sessions(landing, 1)
    old = planned(desk, "AAPL", start=date(1985, 1, 2), end=date(1985, 1, 4)).items
    assert reference.land_sessions(landing, 2, old) > usual
    assert reference.land_sessions(landing, 3) == 0
    line = landing.last_of("calendar_sessions")
    assert line
    days = landing.read(line)["session_date"].to_pylist()
    assert min(days) == date(1985, 1, 1)
