"""Market hours are right through DST, holidays, early closes and lunch breaks."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from warehouse import market_hours
from warehouse.errors import UsageError


def opens(calendar: str, day: date) -> datetime | None:
    start = datetime(day.year, day.month, day.day)
    found = market_hours.sessions(calendar, start, start.replace(hour=23))
    return next((one.opens_at for one in found if one.session_date == day), None)


def test_new_york_opens_an_hour_earlier_in_utc_after_its_clocks_change() -> None:
    assert opens("XNYS", date(2026, 3, 6)) == datetime(2026, 3, 6, 14, 30)
    assert opens("XNYS", date(2026, 3, 9)) == datetime(2026, 3, 9, 13, 30)
    assert opens("XLON", date(2026, 3, 9)) == datetime(2026, 3, 9, 8, 0)


def test_thanksgiving_is_no_session_and_the_day_after_closes_early() -> None:
    assert opens("XNAS", date(2025, 11, 27)) is None
    (friday,) = market_hours.sessions(
        "XNAS", datetime(2025, 11, 28, 15), datetime(2025, 11, 28, 16)
    )
    assert friday.is_early_close
    assert friday.closes_at == datetime(2025, 11, 28, 18, 0)


def test_tokyo_is_closed_over_lunch() -> None:
    assert market_hours.current("XTKS", datetime(2026, 3, 11, 1, 0))
    assert market_hours.current("XTKS", datetime(2026, 3, 11, 3, 0)) is None
    assert market_hours.current("XTKS", datetime(2026, 3, 11, 4, 0))


def test_a_session_ends_just_before_its_close() -> None:
    assert market_hours.current("XNYS", datetime(2026, 3, 11, 19, 59, 59))
    assert market_hours.current("XNYS", datetime(2026, 3, 11, 20, 0)) is None


def test_crypto_never_closes() -> None:
    assert market_hours.current("24/7", datetime(2026, 12, 25, 3, 33))


def test_after_a_friday_comes_monday() -> None:
    assert market_hours.upcoming("XNYS", datetime(2026, 3, 13, 21)).session_date == date(
        2026, 3, 16
    )


def test_market_names_and_calendar_names_are_understood() -> None:
    assert market_hours.calendar_of("us") == "XNYS"
    assert market_hours.calendar_of("xlon") == "XLON"
    with pytest.raises(UsageError, match="mars"):
        market_hours.calendar_of("mars")


@pytest.mark.parametrize(
    ("calendar", "start", "end", "minutes"),
    [
        # From Friday an hour before the close to Monday an hour after the open, in summer time.
        ("XNYS", datetime(2026, 3, 6, 20, 0), datetime(2026, 3, 9, 14, 30), 120),
        ("XNYS", datetime(2026, 3, 7), datetime(2026, 3, 9), 0),
        ("XNYS", datetime(2025, 11, 26, 21, 0), datetime(2025, 11, 29), 210),
        ("XTKS", datetime(2026, 3, 11), datetime(2026, 3, 12), 330),
        ("XTKS", datetime(2026, 3, 11, 2, 0), datetime(2026, 3, 11, 4, 0), 60),
        ("24/7", datetime(2026, 3, 7), datetime(2026, 3, 8), 1440),
        ("XNYS", datetime(2026, 3, 11, 15, 0), datetime(2026, 3, 11, 15, 0), 0),
    ],
)
def test_open_time_stands_still_while_the_venue_is_shut(
    calendar: str, start: datetime, end: datetime, minutes: int
) -> None:
    assert market_hours.open_time(calendar, start, end) == timedelta(minutes=minutes)
