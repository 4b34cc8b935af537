"""Two years of schedules: right as they are, and known days stated by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from bench import timetable
from flows.turns import guards
from flows.turns.frames import Frame, frames

MINUTELY = {"market-hours/us-minute", "market-hours/crypto"}
BY_NAME = {frame.full_name: frame for frame in timetable.judged() if frame.market != "nasdaq"}


def taken(name: str, day: date) -> list[datetime]:
    """The turns with work on one UTC day."""
    walked = timetable.walk(BY_NAME[name], day - timedelta(days=10), day + timedelta(days=10))
    return [slot for slot in walked.taken if slot.date() == day]


def times(name: str, day: str) -> list[str]:
    found = taken(name, date.fromisoformat(day))
    return [f"{slot:%H:%M}" for slot in (found[:1] + found[-1:])]


@pytest.mark.parametrize("name", sorted(BY_NAME.keys() - MINUTELY))
def test_two_years_have_a_turn_for_each_slot_of_each_session_and_no_other(name: str) -> None:
    walked = timetable.walk(BY_NAME[name])
    assert walked.wrong == []
    assert len(walked.taken) >= len(walked.sessions) > 480


@pytest.mark.parametrize("name", sorted(MINUTELY))
def test_a_month_of_what_looks_every_few_minutes(name: str) -> None:
    walked = timetable.walk(BY_NAME[name], date(2025, 11, 15), date(2025, 12, 31))
    assert walked.wrong == []
    assert walked.taken


@pytest.mark.parametrize(
    ("name", "day", "first_and_last"),
    [
        # Winter and summer in New York, and the three weeks in which London has not followed.
        ("market-hours/us", "2026-03-06", ["14:30", "21:15"]),
        ("market-hours/us", "2026-03-09", ["13:30", "20:15"]),
        ("market-hours/london", "2026-03-09", ["08:00", "16:45"]),
        ("market-hours/london", "2026-03-30", ["07:00", "15:45"]),
        ("market-hours/us", "2026-10-27", ["13:30", "20:15"]),
        ("market-hours/london", "2026-10-27", ["08:00", "16:45"]),
        ("market-hours/us", "2026-11-02", ["14:30", "21:15"]),
        # Thanksgiving, the half day after it, Christmas Eve in London, Good Friday.
        ("market-hours/us", "2026-11-26", []),
        ("market-hours/us", "2026-11-27", ["14:30", "18:15"]),
        ("market-hours/london", "2026-12-24", ["08:00", "12:45"]),
        ("market-hours/frankfurt", "2026-04-03", []),
        # Tokyo's Golden Week.
        ("market-hours/tokyo", "2026-05-05", []),
        # Once, twenty minutes after the close of the day.
        ("after-close/us", "2026-03-06", ["21:20"] * 2),
        ("after-close/us", "2026-03-09", ["20:20"] * 2),
        ("after-close/us", "2026-11-26", []),
        ("after-close/us", "2026-11-27", ["18:20"] * 2),
        ("after-close/london", "2026-12-24", ["12:50"] * 2),
        ("after-close/hongkong", "2026-02-16", ["04:20"] * 2),
    ],
)
def test_known_days(name: str, day: str, first_and_last: list[str]) -> None:
    assert times(name, day) == first_and_last


@pytest.mark.parametrize(
    ("name", "lunch"),
    [
        ("market-hours/tokyo", ["03:00", "03:15"]),
        ("market-hours/hongkong", ["04:30", "04:45"]),
    ],
)
def test_nothing_is_asked_over_lunch_once_the_morning_is_fetched(
    name: str, lunch: list[str]
) -> None:
    slots = [f"{slot:%H:%M}" for slot in taken(name, date(2026, 3, 11))]
    assert not set(lunch) & set(slots)
    before = datetime.fromisoformat(f"2026-03-11 {lunch[0]}") - timedelta(minutes=15)
    assert f"{before:%H:%M}" in slots


def test_downtime_costs_no_session_its_turn_after_the_close_and_doubles_none() -> None:
    frame = BY_NAME["after-close/us"]
    done = guards.last_closed("XNYS", datetime(2026, 1, 5)).session_date
    served: list[date] = []
    for position, slot in enumerate(frame.slots(datetime(2026, 1, 5))):
        if slot > datetime(2026, 6, 30):
            break
        # A machine that sleeps through eleven slots of thirteen.
        if position % 13 > 1:
            continue
        answer = guards.after_close("us", slot, done)
        if answer.session_date:
            served.append(answer.session_date)
            done = answer.session_date
    assert len(served) > 40
    assert served == sorted(set(served))


def test_a_guard_that_forgets_the_calendar_is_found_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "next_open", lambda calendar, now: None)
    walked = timetable.walk(BY_NAME["market-hours/us"], date(2026, 11, 16), date(2026, 11, 30))
    assert datetime(2026, 11, 26, 16) in walked.wrong


def test_prefect_would_start_the_same_slots() -> None:
    """Ours are told from cron lines by another library than the server's."""
    from prefect.server.schemas.schedules import CronSchedule

    for first in (datetime(2026, 3, 6), datetime(2026, 3, 27), datetime(2026, 10, 23)):
        for frame in frames():
            schedule = CronSchedule(cron=frame.cron, timezone=frame.timezone)
            assert _of_server(schedule, first) == _ours(frame, first)


def _of_server(schedule: object, first: datetime) -> list[datetime]:
    from prefect.types._datetime import create_datetime_instance

    start = create_datetime_instance(first.replace(tzinfo=UTC))
    dates = asyncio.run(schedule.get_dates(n=300, start=start))  # type: ignore[attr-defined]
    return [one.astimezone(UTC).replace(tzinfo=None) for one in dates]


def _ours(frame: Frame, first: datetime) -> list[datetime]:
    slots = frame.slots(first - timedelta.resolution)
    return [next(slots) for _ in range(300)]
