"""`python -m bench.timetable`: two years of every schedule, slot by slot, on a virtual clock.

What the guards let through is held against the sessions of the calendar library, from which the
right turns are worked out without cron lines and without guards. The last line is the verdict.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise, takewhile

from rich.console import Console
from rich.table import Table

from flows.turns import guards
from flows.turns.frames import Frame, frames
from flows.turns.taking import AFTER_CLOSE, MARKET_HOURS
from warehouse import clock, market_hours
from warehouse.market_hours import ALWAYS_OPEN, Session

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
CLOSING = timedelta(minutes=30)
LATER = timedelta(minutes=20)


@dataclass
class Walk:
    """One schedule's two years: its slots, the turns with work, and those that should have."""

    frame: Frame
    slots: int = 0
    taken: list[datetime] = field(default_factory=list)
    right: list[datetime] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)

    @property
    def wrong(self) -> list[datetime]:
        doubled = [one for one, other in pairwise(self.taken) if one == other]
        return sorted({*self.taken} ^ {*self.right}) + doubled

    @property
    def early(self) -> int:
        return sum(one.is_early_close for one in self.sessions)

    @property
    def shifts(self) -> int:
        """How often summer time began or ended between two sessions."""
        offsets = [self.frame.local(one.opens_at).utcoffset() for one in self.sessions]
        return sum(one != other for one, other in pairwise(offsets))


def judged() -> list[Frame]:
    """Every schedule of a market, and Nasdaq in the place of New York."""
    own = [one for one in frames() if one.market]
    return own + [replace(one, market="nasdaq") for one in own if one.name == "us"]


def walk(frame: Frame, first: date = FIRST, last: date = LAST) -> Walk:
    """From midnight to midnight UTC of the sessions' days, with a day more on each side."""
    found = Walk(frame)
    calendar = market_hours.calendar_of(str(frame.market))
    found.sessions = [
        one
        for one in market_hours.sessions_of_years(calendar, first.year, last.year)
        if first <= one.session_date <= last
    ]
    begin = found.sessions[0].opens_at - timedelta.resolution
    end = found.sessions[-1].closes_at + 2 * CLOSING
    if calendar == ALWAYS_OPEN:
        end = found.sessions[-1].closes_at - timedelta.resolution
    # Before the first session the one of the year before is done.
    done: date | None = guards.last_closed(calendar, begin).session_date
    for slot in takewhile(lambda slot: slot <= end, frame.slots(begin)):
        found.slots += 1
        if frame.flow == AFTER_CLOSE:
            answer = guards.after_close(str(frame.market), slot, done)
            done = answer.session_date or done
        else:
            answer = guards.in_session(str(frame.market), slot)
        if answer.has_work:
            found.taken.append(slot)
    found.right = list(_right(found, _distance(frame)))
    return found


def _distance(frame: Frame) -> timedelta:
    minutes = frame.cron.split()[0].removeprefix("*/")
    return timedelta(minutes=int(minutes) if minutes.isdigit() else 1)


def _right(found: Walk, distance: timedelta) -> Iterator[datetime]:
    """Straight from the sessions: from the open at the schedule's distance, but for lunch."""
    for one in found.sessions:
        if found.frame.flow == AFTER_CLOSE:
            yield one.closes_at + LATER
            continue
        at, end = one.opens_at, one.closes_at + CLOSING
        if one.calendar == ALWAYS_OPEN:
            end = one.closes_at
        while at < end:
            pause, resume = one.break_starts_at, one.break_ends_at
            if not (pause and resume and pause + CLOSING <= at < resume):
                yield at
            at += distance


def main() -> int:
    console = Console(highlight=False)
    started = clock.monotonic()
    walks = [walk(frame) for frame in judged()]
    columns = ("schedule", "market", "sessions", "early closes", "clock shifts", "slots", "turns")
    table = Table(*columns, "wrong", title=f"{FIRST} to {LAST}", title_justify="left")
    for one in walks:
        counts = (len(one.sessions), one.early, one.shifts, one.slots, len(one.taken))
        shown = [f"{count:,}" for count in (*counts, len(one.wrong))]
        table.add_row(one.frame.full_name, str(one.frame.market), *shown)
    console.print(table)
    for one in walks:
        for slot in one.wrong[:5]:
            console.print(f"wrong: {one.frame.full_name} at {slot} UTC")
    wrong = sum(len(one.wrong) for one in walks)
    hours = [one for one in walks if one.frame.flow == MARKET_HOURS]
    closes = [one for one in walks if one.frame.flow == AFTER_CLOSE]
    verdict = "right" if not wrong else f"{wrong} turns are WRONG"
    console.print(
        f"{sum(one.slots for one in walks):,} slots of {len(walks)} schedules: "
        f"{sum(len(one.taken) for one in hours):,} turns in session, "
        f"{sum(len(one.taken) for one in closes):,} after "
        f"{sum(len(one.sessions) for one in closes):,} closes, "
        f"in {clock.monotonic() - started:.0f} s: {verdict}",
        soft_wrap=True,
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
