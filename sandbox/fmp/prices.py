"""A listing as FMP shows it at an instant: split-adjusted, few decimals, on New York's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from sandbox.sessions import Floats, Ints
from sandbox.yahoo.prices import View

ZONE = ZoneInfo("America/New_York")
INTRADAY_DECIMALS = 4
DAY_DECIMALS = 2


class FmpView(View):
    """Adjusted as Yahoo adjusts; with jitter the decimals of a 32-bit float show."""

    decimals = DAY_DECIMALS

    def single(self, ticks: Ints, ratio: Floats | float) -> Floats:
        exact = ticks / self.listing.ticks_per_unit / ratio * (1 + self.jitter)
        if self.jitter:
            widened: Floats = exact.astype(np.float32).astype(np.float64)
            return np.round(widened, 6)
        finest = max(self.decimals, -int(self.listing.tick.as_tuple().exponent))
        return np.round(exact, finest)

    def _restate(self, *_: object) -> None:
        """The wrong bars of `events.csv` are another provider's."""


def local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC).astimezone(ZONE)


def midnight(day: date) -> int:
    return int(datetime.combine(day, time(), ZONE).timestamp())


def span(first: date, last: date) -> tuple[int, int]:
    """All of both days, in seconds since 1970."""
    return midnight(first), midnight(last + timedelta(days=1)) - 1
