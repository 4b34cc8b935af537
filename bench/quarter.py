"""A made-up quarter: when the machine was awake, which bars are kept back, which calls fail."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from warehouse import market_hours
from warehouse.market_hours import Session

FIRST = datetime(2026, 1, 5)
INTERVALS = ("1h", "1d")
HOUR = timedelta(hours=1)
# Of a hundred troubles: hours or days kept back for a while, for ever, calls that fail.
WEIGHTS = {"late hours": 62, "late day": 14, "no hours": 12, "no day": 4, "failing": 8}
SLEEPS, OUTAGES = 16, 21

Bar = tuple[str, str, datetime]


@dataclass(frozen=True)
class Trouble:
    """One hole, or one failing symbol or provider at one run; `healed_at` None is never."""

    kind: str
    bars: tuple[Bar, ...] = ()
    healed_at: datetime | None = None
    symbol: str = ""
    at: datetime = datetime.min


@dataclass
class Quarter:
    """Everything that is drawn before the first run."""

    symbols: list[str]
    sessions: list[Session]
    runs: list[datetime]
    troubles: list[Trouble] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def failing(self, at: datetime) -> set[str]:
        return {one.symbol for one in self.troubles if one.kind == "failing" and one.at == at}

    def outage(self, at: datetime) -> bool:
        return any(one.kind == "outage" and one.at == at for one in self.troubles)


def draw(symbols: list[str], session_count: int, trouble_count: int, seed: int = 1) -> Quarter:
    """The same seed draws the same quarter."""
    luck = random.Random(seed)
    end = FIRST + timedelta(days=2 * session_count + 10)
    sessions = list(market_hours.sessions("XNAS", FIRST, end))[:session_count]
    quarter = Quarter(symbols, sessions, _runs(sessions, luck))
    ordinary = quarter.runs[:-3]
    # For an hour after the close Yahoo shows the day as it stands, hole or no hole.
    late = [one for one in sessions if _first_run(quarter.runs, one) > one.closes_at + HOUR]
    for at in luck.sample(ordinary[1:], max(1, session_count // OUTAGES)):
        quarter.troubles.append(Trouble("outage", at=at))
        quarter.events.append(_outage(at, luck))
    kinds = luck.choices(list(WEIGHTS), list(WEIGHTS.values()), k=trouble_count)
    for kind in kinds[len(quarter.troubles) :]:
        symbol = luck.choice(symbols)
        if kind == "failing":
            quarter.troubles.append(Trouble(kind, symbol=symbol, at=luck.choice(ordinary)))
            continue
        session = luck.choice(late if kind.endswith("day") else sessions)
        hole = _hole(kind, symbol, session, quarter.runs, luck)
        quarter.troubles.append(hole)
        quarter.events.append(_event(hole, luck.random() < 0.2))
    return quarter


def slots(session: Session, interval: str) -> list[tuple[datetime, datetime]]:
    """Opening and end of each bar of a session without a break."""
    if interval == "1d":
        return [(session.opens_at, session.closes_at)]
    found, at = [], session.opens_at
    while at < session.closes_at:
        found.append((at, min(at + HOUR, session.closes_at)))
        at += HOUR
    return found


def _runs(sessions: list[Session], luck: random.Random) -> list[datetime]:
    """One after each close, before or after it has settled; none while the machine sleeps."""
    asleep: set[int] = set()
    for _ in range(len(sessions) // SLEEPS + 1):
        start = luck.randrange(1, len(sessions) - 1)
        asleep |= set(range(start, min(start + luck.randint(1, 5), len(sessions) - 1)))
    runs = [
        session.closes_at + timedelta(minutes=luck.choice((40, 75)))
        for number, session in enumerate(sessions)
        if number not in asleep
    ]
    return runs + [sessions[-1].closes_at + timedelta(hours=hours) for hours in (4, 8, 12)]


def _first_run(runs: list[datetime], session: Session) -> datetime:
    return next(at for at in runs if at >= session.closes_at)


def _hole(
    kind: str, symbol: str, session: Session, runs: list[datetime], luck: random.Random
) -> Trouble:
    """What heals does so after the first run that sees it and before the next one."""
    interval = "1d" if kind.endswith("day") else "1h"
    every = slots(session, interval)
    first = luck.randrange(len(every))
    bars = tuple(
        (symbol, interval, opened) for opened, _ in every[first : first + luck.randint(1, 3)]
    )
    healed_at = None
    if kind.startswith("late"):
        seen_at = _first_run(runs, session)
        next_at = runs[runs.index(seen_at) + 1]
        healed_at = seen_at + (next_at - seen_at) * luck.uniform(0.1, 0.9)
    return Trouble(kind, bars, healed_at)


def _event(hole: Trouble, as_null: bool) -> dict[str, Any]:
    symbol, interval, _ = hole.bars[0]
    healed = hole.healed_at.isoformat(timespec="seconds") if hole.healed_at else "never"
    return {
        "kind": "hole",
        "symbol": symbol,
        "on": hole.bars[0][2].isoformat(),
        "until": (hole.bars[-1][2] + timedelta(seconds=1)).isoformat(),
        "value": f"{interval} {healed}{' null' if as_null else ''}",
    }


def _outage(at: datetime, luck: random.Random) -> dict[str, Any]:
    return {
        "kind": "outage",
        "symbol": "*",
        "on": (at - timedelta(minutes=1)).isoformat(),
        "until": (at + timedelta(minutes=1)).isoformat(),
        "value": str(luck.choice((500, 502, 503))),
    }
