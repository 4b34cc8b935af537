"""A year of simulated stocks with labelled mistakes in it, and real moves that are none."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from extract.universe import FIRST_PERSONAL_ID, Instrument
from sandbox.listings import Listing, simulated
from sandbox.mistakes import Mistake, scatter
from warehouse import market_hours
from warehouse.market_hours import Session

CALENDAR = "XNAS"
LAST = date(2026, 3, 9)
HOURS_BACK = timedelta(days=57)
LATE = timedelta(days=30)
# Crashes of the whole market by log return of the S&P 500; the second is taken back the next day.
CRASHES = ((0.45, -0.12), (0.7, -0.08))
REBOUND = 0.07
NEWS_SIZES = (-0.25, -0.15, -0.1, 0.1, 0.15, 0.25)


@dataclass(frozen=True)
class Move:
    """A real move: of one symbol, or of all (`*`)."""

    symbol: str
    session_date: date
    size: float

    def event(self) -> dict[str, str]:
        return {
            "kind": "crash" if self.symbol == "*" else "news",
            "symbol": self.symbol,
            "on": self.session_date.isoformat(),
            "until": "",
            "value": str(self.size),
        }


@dataclass(frozen=True)
class World:
    """What is simulated, from which session to which, and what goes wrong in it."""

    seed: int
    listings: Sequence[Listing]
    sessions: Sequence[Session]
    mistakes: Sequence[Mistake]
    moves: Sequence[Move]

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(listing.symbol for listing in self.listings)

    @property
    def first_read_at(self) -> datetime:
        """All bars are final by then."""
        return self.sessions[-1].closes_at + timedelta(days=2)

    @property
    def read_again_at(self) -> datetime:
        return self.sessions[-1].closes_at + LATE

    def instruments(self) -> list[Instrument]:
        return [
            Instrument(
                instrument_id=FIRST_PERSONAL_ID + number,
                symbol=one.symbol,
                name=one.name,
                asset_class=one.asset_class,
                calendar=one.calendar,
                currency=one.currency,
                groups="simulated",
                listed_on=None,
                delisted_on=None,
                yahoo_symbol=one.symbol,
                binance_symbol=None,
                massive_symbol=None,
                fmp_symbol=None,
                alpha_vantage_symbol=None,
                known_at=datetime(2000, 1, 1),
            )
            for number, one in enumerate(self.listings)
        ]


def world(
    seed: int, instruments: int = 50, sessions: int = 252, per_kind: int = 4, hours: bool = True
) -> World:
    """`per_kind` of each kind at each severity, in daily bars and, with `hours`, in hourly ones."""
    listings = simulated(instruments)
    year = _last_sessions(sessions)
    late_at = year[-1].closes_at + LATE
    first, last = year[0].session_date, year[-1].session_date
    mistakes = scatter(listings, first, last, seed, per_kind, "1d", late_at)
    hours_since = last
    if hours:
        hours_since = (year[-1].opens_at - HOURS_BACK).date()
        mistakes += scatter(listings, hours_since, last, seed + 1, per_kind, "1h", late_at)
    # Without hours a day cannot differ from them.
    seen = [
        one
        for one in mistakes
        if one.rule != "interval_mismatch" or one.opened_at.date() >= hours_since
    ]
    return World(seed, listings, year, seen, _moves(seed, listings, year))


def _last_sessions(count: int) -> list[Session]:
    end = datetime.combine(LAST, datetime.max.time())
    return list(market_hours.sessions(CALENDAR, end - timedelta(days=count * 2), end))[-count:]


def _moves(seed: int, listings: Sequence[Listing], sessions: Sequence[Session]) -> list[Move]:
    days = [session.session_date for session in sessions]
    found = []
    for share, size in CRASHES:
        found.append(Move("*", days[int(share * len(days))], size))
    found.append(Move("*", days[int(CRASHES[-1][0] * len(days)) + 1], REBOUND))
    draw = random.Random(seed)
    for listing in listings:
        found.append(Move(listing.symbol, draw.choice(days[30:-5]), draw.choice(NEWS_SIZES)))
    return found
