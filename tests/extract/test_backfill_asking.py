"""What a person asks of a backfill: words, intervals and spans."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from backfilling import planned
from planning import Desk

from extract import universe
from extract.backfill import interval_of, span_of
from warehouse.errors import UsageError
from warehouse.settings import Settings


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


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
