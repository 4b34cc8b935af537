"""Taking a turn: look whether there is work, do it, and note what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from extract.plan import Choice
from flows.origin import folder_clock
from flows.run import Runner, Watcher, run
from flows.schedules import Ending, ending_of
from flows.turns import chores, guards, journal
from flows.turns.frames import Frame, is_overtaken
from flows.turns.guards import Answer
from warehouse import clock, market_hours
from warehouse.errors import TapehouseError, UsageError
from warehouse.settings import Settings

MARKET_HOURS, AFTER_CLOSE, REPAIR = "market-hours", "after-close", "repair"
RETENTION, WEEKLY_REPORT = "retention", "weekly-report"
EVERY_MARKET = "all"


@dataclass
class Turn:
    """One firing of a schedule, by a server, a cron line or a person."""

    settings: Settings
    flow: str = MARKET_HOURS
    market: str = "us"
    choice: Choice = field(default_factory=Choice)
    force: bool = False
    wait_seconds: float = 0
    watcher: Watcher | None = None
    # What a scheduler hangs into the run; it owns no logic.
    prepare: Callable[[Runner], Any] | None = None

    def last_done(self) -> date | None:
        return journal.last_done(self.settings.folder, self.flow, self.market)

    def run(self, choice: Choice) -> Ending:
        return ending_of(
            run(
                self.settings,
                choice=choice,
                watcher=self.watcher,
                wait_seconds=self.wait_seconds,
                prepare=self.prepare,
            )
        )

    def run_market(self) -> Ending:
        """What belongs to the market, and nothing else, unless symbols are named."""
        return self.run(replace(self.choice, calendars=market_hours.calendars_of(self.market)))


@dataclass(frozen=True)
class Flow:
    """What a flow does, and what says at an instant whether it has work."""

    work: Callable[[Turn], Ending]
    guard: Callable[[Turn, datetime], Answer] = lambda turn, now: Answer()
    of_a_market: bool = False


FLOWS = {
    MARKET_HOURS: Flow(
        Turn.run_market, lambda turn, now: guards.in_session(turn.market, now), of_a_market=True
    ),
    AFTER_CLOSE: Flow(
        Turn.run_market,
        lambda turn, now: guards.after_close(turn.market, now, turn.last_done()),
        of_a_market=True,
    ),
    # Everything that is due anywhere, with what no schedule asks for, and the audit.
    REPAIR: Flow(lambda turn: turn.run(replace(turn.choice, audits=not turn.choice.symbols))),
    RETENTION: Flow(lambda turn: chores.tidy(turn.settings, turn.watcher, turn.wait_seconds)),
    WEEKLY_REPORT: Flow(lambda turn: chores.report(turn.settings)),
}


def take(turn: Turn, slot: datetime | None = None, frame: Frame | None = None) -> Ending:
    """`slot` is when a scheduler wanted it to start; None is a person's turn, which is never late.

    However it ends, it is noted; a turn that is killed leaves no note, and the next one works.
    """
    if turn.flow not in FLOWS:
        raise UsageError(f"no such flow: {turn.flow}", f"flows are: {', '.join(FLOWS)}")
    flow = FLOWS[turn.flow]
    if not flow.of_a_market:
        turn = replace(turn, market=EVERY_MARKET)
    if slot is not None and is_overtaken(frame, slot, clock.system_now()):
        told = f"late, was due {slot:%Y-%m-%d %H:%M} UTC, a newer run is"
        return _noted(turn, _skipped(told))
    with folder_clock(turn.settings):
        answer = flow.guard(turn, clock.now())
    if not answer.has_work and not turn.force:
        return _noted(turn, _skipped(answer.reason))
    try:
        ending = flow.work(turn)
    except TapehouseError as error:
        _noted(turn, Ending("Failed", error.message, error.exit_code, error=error), answer)
        raise
    return _noted(turn, ending, answer)


def _skipped(reason: str) -> Ending:
    return Ending(journal.SKIPPED, f"skipped: {reason}")


def _noted(turn: Turn, ending: Ending, answer: Answer | None = None) -> Ending:
    entry = journal.noted(
        turn.flow,
        turn.market,
        ending.name,
        ending.message,
        ending.exit_code,
        ending.report.run_id if ending.report else None,
        answer.session_date if answer else None,
    )
    journal.add(turn.settings.folder, entry)
    return ending
