"""The work list is what is missing or not settled, each unit with its reason."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from planning import Desk

from extract import universe
from extract.plan import Choice
from warehouse import clock
from warehouse.errors import UsageError
from warehouse.settings import Settings

WEDNESDAY = datetime(2026, 3, 11, 15, 0)


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


def test_an_empty_folder_misses_everything_in_coverage(desk: Desk) -> None:
    items = desk.bars(WEDNESDAY, "AAPL")
    assert {item.reason for item in items} == {"missing"}
    assert {item.interval for item in items} == {"1d", "1h", "1m"}
    daily = [item for item in items if item.interval == "1d"]
    assert len(daily) == 1
    assert daily[0].end == datetime(2026, 3, 10, 20, 0)
    minutes = [item for item in items if item.interval == "1m"]
    assert max(item.end for item in minutes if item.end) == WEDNESDAY


def test_what_was_answered_is_not_asked_again(desk: Desk) -> None:
    items = desk.plan(WEDNESDAY, "AAPL")
    desk.answer(items, WEDNESDAY)
    assert desk.bars(WEDNESDAY, "AAPL") == []
    assert [one.endpoint for one in desk.plan(WEDNESDAY, "AAPL") if one.endpoint == "actions"] == []


def test_minutes_that_passed_are_new_bars_and_nothing_older(desk: Desk) -> None:
    desk.answer(desk.bars(WEDNESDAY, "AAPL", interval="1m"), WEDNESDAY)
    later = WEDNESDAY + timedelta(minutes=15, seconds=30)
    (item,) = desk.bars(later, "AAPL", interval="1m")
    assert item.reason == "new bars"
    assert (item.start, item.end) == (WEDNESDAY, WEDNESDAY + timedelta(minutes=15))


def test_a_closed_session_is_read_once_more_when_it_has_settled_and_then_never(
    desk: Desk,
) -> None:
    close = datetime(2026, 3, 10, 20, 0)
    desk.answer(desk.bars(close, "AAPL", interval="1m"), close)
    assert desk.bars(close + timedelta(minutes=59), "AAPL", interval="1m") == []
    settled = close + timedelta(hours=1)
    due = desk.bars(settled, "AAPL", interval="1m")
    assert {item.reason for item in due} == {"settle"}
    assert {item.end for item in due} == {close}
    desk.answer(due, settled)
    assert desk.bars(settled + timedelta(hours=2), "AAPL", interval="1m") == []


def test_one_plan_is_enough_after_a_day_asleep(desk: Desk) -> None:
    desk.answer(desk.bars(WEDNESDAY, "AAPL"), WEDNESDAY)
    later = WEDNESDAY + timedelta(days=1, minutes=17)
    due = desk.bars(later, "AAPL")
    minutes = [item for item in due if item.interval == "1m"]
    assert [(item.reason, item.start) for item in minutes] == [
        # What was read an hour after it had closed is final.
        ("new bars", datetime(2026, 3, 11, 14, 0)),
        ("missing", datetime(2026, 3, 12, 13, 30)),
    ]
    desk.answer(due, later)
    assert desk.bars(later, "AAPL") == []


@pytest.mark.parametrize("outcome", ["throttled", "unavailable", "malformed", "blocked"])
def test_a_failed_unit_is_asked_again_by_the_next_plan(desk: Desk, outcome: str) -> None:
    items = desk.bars(WEDNESDAY, "AAPL")
    desk.answer(items, WEDNESDAY, outcome)
    assert desk.bars(WEDNESDAY, "AAPL") == items


def test_an_empty_answer_counts_as_an_answer(desk: Desk) -> None:
    desk.answer(desk.bars(WEDNESDAY, "AAPL", interval="1d"), WEDNESDAY, "empty")
    assert desk.bars(WEDNESDAY, "AAPL", interval="1d") == []


def test_an_unknown_symbol_rests_for_a_day(desk: Desk) -> None:
    desk.answer(desk.bars(WEDNESDAY, "AAPL", interval="1d"), WEDNESDAY, "unknown_symbol")
    assert desk.bars(WEDNESDAY + timedelta(hours=23), "AAPL", interval="1d") == []
    assert desk.bars(WEDNESDAY + timedelta(hours=25), "AAPL", interval="1d")


def test_a_renamed_instrument_is_asked_for_by_the_symbol_of_the_day(desk: Desk) -> None:
    assert {one.symbol for one in desk.bars(datetime(2022, 6, 7, 15), "META")} == {"FB"}
    assert {one.symbol for one in desk.bars(datetime(2022, 6, 10, 15), "META")} == {"META"}


def test_after_its_delisting_an_instrument_is_asked_for_what_is_missing_before_it(
    desk: Desk,
) -> None:
    universe.add(desk.settings.folder, ["ZOMB"])
    clock.use(lambda: WEDNESDAY)
    universe.delist(desk.settings.folder, "ZOMB", date(2026, 3, 6))
    items = desk.plan(WEDNESDAY, "ZOMB", interval="1d")
    assert {one.endpoint for one in items} == {"actions", "bars"}
    assert max(one.end for one in items if one.end) == datetime(2026, 3, 6, 21)
    desk.answer(items, WEDNESDAY)
    assert desk.plan(WEDNESDAY + timedelta(days=2), "ZOMB", interval="1d") == []


def test_a_delisted_instrument_that_is_unknown_is_asked_for_no_more(desk: Desk) -> None:
    universe.add(desk.settings.folder, ["ZOMB"])
    universe.delist(desk.settings.folder, "ZOMB", date(2026, 3, 6))
    items = desk.plan(WEDNESDAY, "ZOMB", interval="1d")
    assert not any(one.is_listed for one in items)
    desk.answer(items, WEDNESDAY, "delisted")
    assert desk.plan(WEDNESDAY + timedelta(days=20), "ZOMB", interval="1d") == []


def test_answers_in_a_damaged_group_do_not_count(desk: Desk) -> None:
    items = desk.bars(WEDNESDAY, "AAPL")
    desk.answer(items, WEDNESDAY)
    (line,) = desk.landing.manifest.lines()
    (desk.settings.folder.landing / line.path).write_bytes(b"torn")
    assert desk.bars(WEDNESDAY, "AAPL") == items


def test_no_window_is_longer_or_older_than_the_provider_gives(desk: Desk) -> None:
    for item in desk.bars(WEDNESDAY):
        assert item.start
        assert item.end
        if item.provider == "yahoo" and item.interval == "1m":
            assert item.end - item.start <= timedelta(days=8)
            assert item.start >= WEDNESDAY - timedelta(days=30)


def test_no_session_before_the_listing_is_expected(desk: Desk) -> None:
    solana = desk.bars(datetime(2020, 8, 20), "SOLUSDT", interval="1d")
    assert min(item.start for item in solana if item.start) == datetime(2020, 8, 11)


def test_a_holiday_and_a_weekend_are_not_asked_for(desk: Desk) -> None:
    desk.answer(
        desk.bars(datetime(2025, 11, 26, 21, 0), "AAPL", interval="1m"), datetime(2025, 11, 26, 23)
    )
    assert desk.bars(datetime(2025, 11, 27, 18, 0), "AAPL", interval="1m") == []


def test_splits_and_dividends_are_asked_before_the_bars_they_explain(desk: Desk) -> None:
    endpoints = [item.endpoint for item in desk.plan(WEDNESDAY, "AAPL")]
    assert endpoints.index("actions") < endpoints.index("bars")


def test_quotes_are_one_call_for_all_and_stop_after_the_close(desk: Desk) -> None:
    quotes = [one for one in desk.plan(WEDNESDAY) if one.endpoint == "quotes"]
    assert len(quotes) == 1
    assert len(quotes[0].symbols) == 24
    saturday = datetime(2026, 3, 14, 12, 0)
    desk.answer(quotes, saturday)
    assert [one for one in desk.plan(saturday) if one.endpoint == "quotes"] == []


def test_a_symbol_outside_the_universe_is_a_usage_error_with_the_way_in(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        desk.plan(WEDNESDAY, "NOPE")
    assert "tapehouse universe add NOPE" in caught.value.next_step


@pytest.mark.parametrize("interval", ["1M", "1mo", "2m", "", "1D"])
def test_an_interval_that_is_none_is_refused_by_name(interval: str) -> None:
    with pytest.raises(UsageError, match=f"no such interval: {interval}$"):
        Choice(intervals=("1m", interval))
    assert Choice(intervals=("1m",)).intervals == ("1m",)
