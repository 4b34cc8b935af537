"""What the figures count is right; they themselves are measured by hand (`make figures`)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bench.figures import slots
from bench.timetable import walk


@pytest.mark.parametrize(
    ("at", "due"),
    [
        # In the session, up to what has settled; at its beginning, up to the end of the last one.
        ("2026-03-11 15:00", "2026-03-11 14:40"),
        ("2026-03-11 13:30", "2026-03-10 20:00"),
        # After the close, that; also an early one, and from Friday to Monday.
        ("2026-03-11 20:15", "2026-03-11 19:55"),
        ("2026-11-27 18:25", "2026-11-27 18:00"),
        ("2026-03-09 13:30", "2026-03-06 21:00"),
    ],
)
def test_bars_are_due_up_to_what_has_settled(at: str, due: str) -> None:
    leeway = timedelta(minutes=3)
    assert slots.due_until(datetime.fromisoformat(at)) == datetime.fromisoformat(due) - leeway


def test_each_month_has_an_outage_and_a_kill_of_their_own() -> None:
    every = walk(slots.new_york()).taken
    plan = list(slots.faulty(every, 24))
    kills = [one for one in plan if one.killed_at is not None]
    struck = [one for one in plan if one.outage]
    assert len(kills) == 24
    assert {(one.at.year, one.at.month) for one in kills} == {
        (one.at.year, one.at.month) for one in struck
    }
    assert {one.at for one in kills} & {one.at for one in struck} == set()
    assert {one.at for one in plan} <= set(every)
    assert list(slots.faulty(every, 24)) == plan
