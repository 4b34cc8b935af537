"""Two virtual years of session slots with outages and kills: how many end with a fresh copy.

Each slot that a fault touches is lived for real, and some of the others; what is left differs from
those by its hour alone and counts as they do.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from bench.children import Figures
from bench.figures.world import World, world
from bench.timetable import walk
from extract.plan import Choice
from flows.run import run
from flows.turns.frames import Frame, frame_of
from warehouse import clock, market_hours
from warehouse.settings import PROJECT

SEED = 20250102
SYMBOLS = ("AAPL", "MSFT")
STOCKS = Choice(SYMBOLS, intervals=("1m",))
STEP = timedelta(minutes=15)
# A quarter of an hour's bars have closed, settled and been asked for.
SETTLED = timedelta(minutes=20)
OUTAGES: tuple[dict[str, object], ...] = (
    {"status": 503},
    {"status": 429, "body": "Edge: Too Many Requests"},
    {"reset": True},
    {"status": 500},
)
NEWEST = f"""
    select min(newest) from (
        select symbol, max(opened_at) + interval 1 minute as newest
        from intraday_bars where interval = '1m' and symbol in {SYMBOLS} group by symbol
    )
"""


@dataclass
class Slot:
    at: datetime
    # What befalls the provider that serves the bars, and at which part of a run it is killed.
    outage: dict[str, object] | None = None
    killed_at: float | None = None


@dataclass
class Lived:
    fresh: int = 0
    stale: list[datetime] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def slots(root: Path, months: int = 24, healthy: int = 12) -> Figures:
    every = walk(new_york()).taken
    chosen = list(faulty(every, months))
    calm = random.Random(SEED + 1).sample(every, healthy)
    lived = {"outage": Lived(), "kill": Lived(), "calm": Lived()}
    plan = sorted([*chosen, *map(Slot, calm)], key=lambda slot: slot.at)
    with world(root / "slots", plan[0].at - STEP) as own:
        own.run(STOCKS)
        for slot in plan:
            kind = "outage" if slot.outage else "calm" if slot.killed_at is None else "kill"
            _live(own, slot, lived[kind])
    touched = len({slot.at for slot in chosen})
    stale = {at for one in lived.values() for at in one.stale}
    return {
        "slots": float(len(every)),
        "touched": float(touched),
        "lived": float(len(plan)),
        "stale": float(len(stale)),
        "stale_calm": float(len(lived["calm"].stale)),
        "share": 1 - len(stale) / len(every),
        "outages": float(months),
        "kills": float(months),
    }


def new_york() -> Frame:
    frame = frame_of("market-hours", "us")
    assert frame is not None
    return frame


def faulty(every: list[datetime], months: int) -> Iterator[Slot]:
    """Each month an outage of ten minutes to an hour, and a kill in another run."""
    drawn = random.Random(SEED)
    by_month = [list(group) for _, group in groupby(every, lambda at: (at.year, at.month))]
    for number, month in enumerate(by_month[:months]):
        begins = drawn.choice(month) - timedelta(minutes=drawn.uniform(0, 10))
        ends = begins + timedelta(minutes=drawn.uniform(10, 60))
        outage = OUTAGES[number % len(OUTAGES)]
        yield from (Slot(at, outage=outage) for at in month if begins <= at < ends)
        others = [at for at in month if not begins <= at < ends]
        yield Slot(drawn.choice(others), killed_at=drawn.random())


def _live(own: World, slot: Slot, lived: Lived) -> None:
    own.exchange.set_clock(slot.at)
    own.exchange.clear_faults()
    # Weeks lie between: whoever was left alone for some minutes is asked again.
    own.settings.budgets_file.unlink(missing_ok=True)
    started = clock.monotonic()
    if slot.outage:
        own.exchange.add_fault({"match": {"dialect": "yahoo"}, "do": slot.outage})
    if slot.killed_at is not None:
        _killed(own, slot.killed_at * (lived.seconds or [20.0])[-1])
        # As `tapehouse up` does with a run whose process died.
        own.exchange.set_clock(slot.at + timedelta(minutes=1))
        started = clock.monotonic()
    run(own.settings, choice=STOCKS)
    lived.seconds.append(clock.monotonic() - started)
    ((newest,),) = own.asked(NEWEST)
    if newest is not None and newest >= due_until(slot.at):
        lived.fresh += 1
    else:
        lived.stale.append(slot.at)
        sys.stderr.write(f"{slot.at}: stale, newest bar {newest}, due {due_until(slot.at)}\n")


def _killed(own: World, after_seconds: float) -> None:
    own.tell_children()
    command = [sys.executable, "-m", "cli", "run", *SYMBOLS, "--interval", "1m"]
    child = subprocess.Popen(
        command,
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        child.wait(after_seconds)
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()


def due_until(at: datetime) -> datetime:
    """Up to when bars must be there: in the session, or up to the end of the one before."""
    until = at - SETTLED
    sessions = market_hours.sessions("XNYS", until - timedelta(days=15), at)
    return max(min(one.closes_at, until) for one in sessions if one.opens_at < until) - STEP / 5
