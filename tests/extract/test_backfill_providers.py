"""Who gives what of a backfill: each session comes from the first provider that reaches it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from backfilling import CLOSE, WEDNESDAY, planned, windows
from planning import Desk

from extract.backfill import Planned
from extract.work import WorkItem
from warehouse.errors import ConfigurationError, UsageError
from warehouse.settings import Settings


@pytest.fixture
def desk(own_settings: Settings) -> Desk:
    return Desk(own_settings)


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
