"""Which windows files of Binance's archive serve: months, whole days, and pages for the rest."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from archive_asking import FEBRUARY, NOW

from extract import fetch, plan
from extract.binance.windows import Piece, chunks, days, pieces
from extract.landing import Landing
from extract.plan import Choice
from sandbox import Exchange
from warehouse.settings import Settings


def paths(exchange: Exchange) -> list[str]:
    return [record.path.rpartition("/")[2] for record in exchange.journal()]


def test_months_come_whole_days_as_runs_and_the_rest_in_pages() -> None:
    found = chunks("1m", datetime(2025, 12, 20, 5), NOW, NOW)
    assert found[0] == (datetime(2025, 12, 20, 5), datetime(2025, 12, 20, 21, 40))
    assert (datetime(2025, 12, 21), datetime(2026, 1, 1)) in found
    assert (datetime(2026, 1, 1), datetime(2026, 2, 1)) in found
    assert FEBRUARY in found
    assert (datetime(2026, 3, 1), datetime(2026, 3, 11)) in found
    assert found[-1] == (datetime(2026, 3, 11), NOW)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))


@pytest.mark.parametrize("interval", ["1h", "1d"])
def test_where_a_page_holds_more_than_a_file_the_api_is_asked(interval: str) -> None:
    assert pieces(interval, *FEBRUARY, NOW) == [Piece(*FEBRUARY)]


@pytest.mark.parametrize(
    ("now", "period"),
    [
        (datetime(2026, 3, 2, 11), "daily"),
        (datetime(2026, 3, 2, 12), "monthly"),
    ],
)
def test_a_month_is_there_from_the_first_monday_after_it(now: datetime, period: str) -> None:
    assert {one.period for one in pieces("1m", *FEBRUARY, now)} == {period}


def test_a_day_is_there_on_the_next_day_and_short_windows_are_pages() -> None:
    start = datetime(2026, 3, 8)
    before, after = datetime(2026, 3, 11, 11, 59), datetime(2026, 3, 11, 12)
    assert pieces("1m", start, after, before) == [Piece(start, after)]
    assert [one.period for one in pieces("1m", start, after, after)] == ["daily"] * 3 + [None]
    assert [one.period for one in days(start, after, before)] == ["daily"] * 2 + [None]
    assert days(after, after + timedelta(hours=1), NOW) == [
        Piece(after, after + timedelta(hours=1))
    ]


def test_a_month_that_was_landed_is_planned_no_more(
    exchange: Exchange, own_settings: Settings, tmp_path: Path
) -> None:
    binance_settings = own_settings.providers.binance
    binance_settings.base_url = exchange.url + "/binance"
    binance_settings.archive_url = exchange.url + "/binance_archive"
    choice = Choice(("BTCUSDT",), ("binance",), ("1m",))
    landing = Landing(own_settings.folder)
    items = [one for one in plan.make(own_settings, landing, choice) if one.endpoint == "bars"]
    first = items[:-1]
    fetch.fetch(own_settings, landing, 1, first)
    left = [one for one in plan.make(own_settings, landing, choice) if one.endpoint == "bars"]
    assert any(name.endswith(".zip") for name in paths(exchange))
    assert left == items[-1:]
