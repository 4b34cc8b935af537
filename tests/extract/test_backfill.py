"""A backfill's plan: each session of the span once, from the first provider that reaches it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from planning import Desk

from extract import backfill, reference, universe
from extract.backfill import Asking, Planned, interval_of, span_of
from extract.landing import Landing
from extract.work import WorkItem
from warehouse import clock
from warehouse.errors import ConfigurationError, UsageError
from warehouse.settings import Settings

WEDNESDAY = datetime(2026, 3, 11, 15, 0)
CLOSE = datetime(2026, 3, 10, 20, 0)


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


def planned(
    desk: Desk,
    *words: str,
    interval: str = "1d",
    start: date = date(2026, 3, 2),
    end: date = date(2026, 3, 11),
    sources: tuple[str, ...] = (),
    at: datetime = WEDNESDAY,
) -> Planned:
    clock.use(lambda: at)
    return backfill.make(desk.settings, desk.landing, Asking(words, interval, start, end, sources))


def windows(items: list[WorkItem]) -> list[tuple[datetime | None, datetime | None]]:
    return [(item.start, item.end) for item in items if item.endpoint == "bars"]


@pytest.mark.parametrize(
    ("name", "multiplier", "found"),
    [
        ("1m", None, "1m"),
        ("1h", 1, "1h"),
        ("minute", None, "1m"),
        ("Minutes", 5, "5m"),
        ("minute", 15, "15m"),
        ("minute", 60, "1h"),
        ("hour", 1, "1h"),
        ("day", 1, "1d"),
    ],
)
def test_an_interval_may_be_a_word_with_a_multiplier(
    name: str, multiplier: int | None, found: str
) -> None:
    assert interval_of(name, multiplier) == found


@pytest.mark.parametrize(
    ("name", "multiplier"),
    [
        ("1M", None),
        ("1D", None),
        ("minute", 2),
        ("minute", 0),
        ("minute", 1440),
        ("hour", 4),
        ("day", 5),
        ("5m", 3),
        ("week", 1),
        ("month", 1),
        ("", None),
    ],
)
def test_an_interval_that_is_not_held_is_refused_with_those_that_are(
    name: str, multiplier: int | None
) -> None:
    with pytest.raises(UsageError) as caught:
        interval_of(name, multiplier)
    assert "1m, 5m, 15m, 1h, 1d" in caught.value.next_step


TODAY = date(2026, 3, 11)


def test_a_span_ends_today_unless_it_is_said_otherwise() -> None:
    assert span_of(90, None, None, TODAY) == (date(2025, 12, 11), TODAY)
    assert span_of(1, None, date(2026, 1, 31), TODAY) == (date(2026, 1, 30), date(2026, 1, 31))
    assert span_of(None, TODAY, None, TODAY) == (TODAY, TODAY)
    assert span_of(None, TODAY, date(2099, 1, 1), TODAY) == (TODAY, TODAY)


@pytest.mark.parametrize(
    ("days", "start", "end", "said"),
    [
        (None, None, None, "say how far back"),
        (5, TODAY, None, "say how far back"),
        (0, None, None, "at least 1"),
        (None, TODAY + timedelta(days=1), None, "future"),
        (None, TODAY, TODAY - timedelta(days=1), "after --end"),
        (None, date(1899, 12, 31), None, "older"),
    ],
)
def test_a_span_that_means_nothing_is_refused(
    days: int | None, start: date | None, end: date | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        span_of(days, start, end, TODAY)


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


@pytest.mark.parametrize(
    ("word", "count"), [("AAPL", 1), ("us_tech", 13), ("stock", 12), ("crypto", 3), ("bond", 4)]
)
def test_a_word_is_a_symbol_a_group_or_an_asset_class(desk: Desk, word: str, count: int) -> None:
    found = planned(desk, word, word)
    assert len({item.instrument_id for item in found.bars}) == count


def test_all_means_everything_that_is_followed(desk: Desk) -> None:
    every = universe.instruments(desk.settings.folder)
    assert {item.instrument_id for item in planned(desk, "all").bars} == {
        one.instrument_id for one in every
    }


def test_an_unknown_word_is_the_same_error_as_in_a_run(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        planned(desk, "AAPL", "NOPE")
    assert "tapehouse universe add NOPE" in caught.value.next_step


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


def test_what_no_provider_reaches_is_left_out_and_told(desk: Desk) -> None:
    found = planned(desk, "AAPL", "MSFT", interval="15m", start=date(2025, 12, 11))
    assert {item.provider for item in found.items} == {"yahoo"}
    assert min(item.start for item in found.bars if item.start) >= WEDNESDAY - timedelta(days=59)
    assert {one.symbol for one in found.left_out} == {"AAPL", "MSFT"}
    (line,) = [line for line in found.lines() if line.startswith("left out")]
    assert "AAPL, MSFT 15m from 2025-12-11 to 2026-01-09 (20 sessions)" in line
    assert "needs MASSIVE_API_KEY or POLYGON_API_KEY, or FMP_API_KEY;" in line
    assert "yahoo gives the last 59 days" in line


QUARTER = date(2025, 12, 11)


def test_with_a_key_each_part_goes_to_the_first_that_reaches_it(own_settings: Settings) -> None:
    own_settings.give_key("massive", "a-key-of-mine")
    desk = Desk(own_settings)
    found = planned(desk, "AAPL", interval="1m", start=QUARTER)
    assert found.left_out == []
    spans = {
        name: (min(starts), max(ends))
        for name in ("massive", "yahoo")
        for starts, ends in [zip(*windows(of(found, name)), strict=True)]
    }
    assert spans["massive"] == (datetime(2025, 12, 11, 14, 30), datetime(2026, 2, 10, 21))
    assert spans["yahoo"] == (datetime(2026, 2, 11, 14, 30), WEDNESDAY)
    desk.answer(found.bars, WEDNESDAY)
    assert planned(desk, "AAPL", interval="1m", start=QUARTER).items == []


def of(found: Planned, provider: str) -> list[WorkItem]:
    return [item for item in found.bars if item.provider == provider]


def test_a_provider_that_is_named_gives_all_that_its_plan_has(own_settings: Settings) -> None:
    """Under its old name too; what is not out yet is in no count."""
    own_settings.give_key("massive", "a-key-of-mine")
    desk = Desk(own_settings)
    desk.answer(desk.bars(WEDNESDAY, "AAPL", interval="1m"), WEDNESDAY)
    found = planned(desk, "AAPL", interval="1m", start=QUARTER, sources=("polygon",))
    assert {item.provider for item in found.items} == {"massive"}
    assert windows(found.items)[-1][1] == CLOSE
    assert (found.sessions, found.landed, found.left_out) == (60, 0, [])
    desk.answer(found.bars, WEDNESDAY)
    assert planned(desk, "AAPL", interval="1m", start=QUARTER, sources=("polygon",)).items == []


def test_a_larger_plan_reaches_further_back(own_settings: Settings) -> None:
    own_settings.give_key("massive", "a-key-of-mine")
    own_settings.providers.massive.history_days = 3650
    found = planned(Desk(own_settings), "AAPL", interval="1m", start=date(2020, 1, 2))
    assert found.left_out == []


def test_without_the_key_of_a_named_provider_the_others_do_what_they_can(desk: Desk) -> None:
    found = planned(desk, "AAPL", interval="1m", start=QUARTER, sources=("massive",))
    assert {item.provider for item in found.items} == {"yahoo"}
    assert found.lines() == [
        "massive is not asked: it needs MASSIVE_API_KEY or POLYGON_API_KEY; "
        "what needs no key is asked instead",
        "left out: AAPL 1m from 2025-12-11 to 2026-02-10 (41 sessions): "
        "needs MASSIVE_API_KEY or POLYGON_API_KEY, or FMP_API_KEY; yahoo gives the last 29 days",
    ]


def test_a_span_that_only_a_key_opens_is_an_error_that_names_it(desk: Desk) -> None:
    with pytest.raises(ConfigurationError) as caught:
        planned(desk, "AAPL", interval="1m", start=QUARTER, end=date(2025, 12, 31))
    assert "needs MASSIVE_API_KEY" in caught.value.message
    assert "yahoo gives the last 29 days" in caught.value.message
    assert "asked" not in caught.value.message


def test_what_was_landed_in_time_is_not_left_out_later(desk: Desk) -> None:
    first = planned(desk, "AAPL", interval="1m", start=date(2026, 2, 12)).bars
    desk.answer(first, WEDNESDAY)
    later = WEDNESDAY + timedelta(days=90)
    end = date(2026, 3, 10)
    found = planned(desk, "AAPL", interval="1m", start=date(2026, 2, 12), end=end, at=later)
    assert (found.items, found.left_out) == ([], [])


def test_a_span_that_nobody_reaches_is_an_error(desk: Desk) -> None:
    with pytest.raises(UsageError) as caught:
        planned(desk, "BTCUSDT", sources=("yahoo",))
    assert "BTCUSDT 1d from 2026-03-02" in caught.value.message


def test_a_provider_that_is_switched_off_is_not_asked(
    own_settings: Settings,
) -> None:
    own_settings.providers.yahoo.enabled = False
    with pytest.raises(UsageError, match="yahoo is switched off"):
        planned(Desk(own_settings), "AAPL", sources=("yahoo",))


def test_a_symbol_that_was_lately_unknown_is_left_alone(desk: Desk) -> None:
    desk.answer(planned(desk, "AAPL").bars, WEDNESDAY, "unknown_symbol")
    with pytest.raises(ConfigurationError, match="yahoo does not know it"):
        planned(desk, "AAPL")
    assert planned(desk, "AAPL", at=WEDNESDAY + timedelta(hours=25)).bars


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
