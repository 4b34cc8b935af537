"""Every way in which a provider's bar is made to disagree, and what it has to be called.

Labels say how a bar was spoiled, never how SQL finds it. Prices move by a quarter of a percent and
two ticks at least, volumes by more than a tenth: less is noise between honest providers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.agreement.market import CLOSE, HIGH, LOW, OPEN, VOLUME, Array, Sheet

LEAST_MOVE = 0.0025
UNLISTED = (2.0, 3.0, 5.0, 10.0, 1.5, 0.1, 0.2)
PRICES = slice(0, 4)


@dataclass
class Spot:
    """Bars of one provider and instrument from `first` on, as it saw them."""

    sheet: Sheet
    provider: str
    instrument: int
    first: int
    count: int
    draw: np.random.Generator

    def calm(self, offset: int = 0) -> Array:
        begin = self.first + offset
        bars: Array = self.sheet.seen[self.provider][self.instrument, begin : begin + self.count]
        return bars.copy()

    def over(self, factors: Array) -> Array:
        """A column of what belongs to the spot's bars."""
        return factors[self.first : self.first + self.count, None]

    @property
    def splits(self) -> Array:
        return self.over(self.sheet.later_splits(self.instrument))

    @property
    def dividends(self) -> Array:
        """Adjusted for all later dividends, or for those up to some day."""
        factors = self.sheet.later_dividends(self.instrument)
        until = int(self.draw.integers(self.first + self.count, len(factors) + 1))
        since = factors[until] if until < len(factors) else 1.0
        return self.over(factors) / since

    def way(self) -> int:
        return int(self.draw.choice([-1, 1]))


Make = Callable[[Spot], Array | None]


@dataclass(frozen=True)
class Kind:
    """A kind of disagreement: its class, its cause, how many bars in a row, and how it is made."""

    name: str
    class_: str
    cause: str | None
    make: Make
    least: int = 1
    most: int = 1
    asset_class: str | None = None


def is_visible(kind: Kind, before: Array, after: Array, ticks: Array) -> bool:
    if kind.class_ == "volume_only":
        return True
    room = np.maximum(LEAST_MOVE * np.maximum(before, after), 2 * ticks)[:, PRICES]
    apart = (np.abs(after - before)[:, PRICES] >= room).sum(axis=1)
    return bool((apart >= (1 if kind.cause == "one_price" else 2)).all())


def scaled(prices: Array | float, volume: Array | float, spot: Spot) -> Array:
    bars = spot.calm()
    bars[:, PRICES] *= prices
    bars[:, VOLUME:] = np.round(bars[:, VOLUME:] * volume)
    return bars


def volume_by(low: float, high: float) -> Make:
    return lambda spot: scaled(1, spot.draw.uniform(low, high), spot)


def volume_over(unit: float) -> Make:
    return lambda spot: scaled(1, unit ** -spot.way() if unit == 100 else 1 / unit, spot)


def by_splits(in_prices: bool, in_volume: bool) -> Make:
    def make(spot: Spot) -> Array | None:
        splits = spot.splits ** spot.way()
        if (abs(splits - 1) < 0.01).any():
            return None
        return scaled(splits if in_prices else 1, 1 / splits if in_volume else 1, spot)

    return make


def unlisted_split(spot: Spot) -> Array:
    ratio = float(spot.draw.choice(UNLISTED))
    return scaled(ratio, 1 / ratio, spot)


def by_dividends(spot: Spot) -> Array | None:
    return scaled(spot.dividends, 1, spot)


def fully_adjusted(spot: Spot) -> Array | None:
    splits, dividends = spot.splits, spot.over(spot.sheet.later_dividends(spot.instrument))
    if (abs(splits - 1) < 0.01).any() or (dividends > 1 - LEAST_MOVE).any():
        return None
    return scaled(dividends / splits, splits, spot)


def hundredths(spot: Spot) -> Array:
    return scaled(100.0 ** spot.way(), 1, spot)


def currency(spot: Spot) -> Array:
    rate = spot.draw.uniform(1.05, 1.6) ** spot.way()
    return scaled(rate, 1, spot)


def inverted(spot: Spot) -> Array:
    bars = spot.calm()
    high, low = bars[:, HIGH].copy(), bars[:, LOW].copy()
    bars[:, HIGH], bars[:, LOW] = 1 / low, 1 / high
    for place in (OPEN, CLOSE):
        bars[:, place] = 1 / bars[:, place]
    return bars


def end_moved(place: int) -> Make:
    def make(spot: Spot) -> Array:
        bars = spot.calm()
        size = spot.draw.uniform(0.005, 0.2)
        bars[:, place] *= 1 + size if place == HIGH else 1 - size
        return bars

    return make


def moved_inside(place: int) -> Make:
    """Another open or close inside the bar: an auction or a first trade, an official or a last."""

    def make(spot: Spot) -> Array:
        bars = spot.calm()
        bars[:, place] = spot.draw.uniform(bars[:, LOW], bars[:, HIGH])
        return bars

    return make


def digits_swapped(spot: Spot) -> Array | None:
    """Two digits beside each other change places; none where the bar would contradict itself."""
    bars = spot.calm()
    field = int(spot.draw.integers(0, 4))
    digits = list(f"{bars[0, field]:.4f}".replace(".", ""))
    at = int(spot.draw.integers(0, len(digits) - 3))
    digits[at], digits[at + 1] = digits[at + 1], digits[at]
    bars[0, field] = int("".join(digits)) / 10**4
    ends = bars[0, [OPEN, CLOSE]]
    sound = bars[0, HIGH] >= ends.max() and 0 < bars[0, LOW] <= ends.min()
    return bars if sound else None


def exchanged(first: int, second: int) -> Make:
    def make(spot: Spot) -> Array:
        bars = spot.calm()
        bars[:, [first, second]] = bars[:, [second, first]]
        return bars

    return make


def both_ends(spot: Spot) -> Array:
    bars = spot.calm()
    bars[:, HIGH] *= 1 + spot.draw.uniform(0.005, 0.1)
    bars[:, LOW] *= 1 - spot.draw.uniform(0.005, 0.1)
    return bars


def repeated(spot: Spot) -> Array:
    bars = spot.calm()
    before = spot.sheet.seen[spot.provider][spot.instrument, spot.first - 1]
    bars[:, PRICES] = before[PRICES]
    if spot.draw.random() < 0.5:
        bars[:, VOLUME] = before[VOLUME]
    return bars


def shifted(by: int) -> Make:
    return lambda spot: spot.calm(by)


def of_another(spot: Spot) -> Array | None:
    other = int(spot.draw.integers(0, len(spot.sheet.symbols)))
    bars: Array = spot.sheet.truth[other, spot.first : spot.first + spot.count].copy()
    return None if other == spot.instrument else bars


KINDS = (
    Kind("primary volume", "volume_only", "counting", volume_by(0.2, 0.88)),
    Kind("extended volume", "volume_only", "counting", volume_by(1.15, 3)),
    Kind("lots", "volume_only", "volume_units", volume_over(100)),
    Kind("thousands", "volume_only", "volume_units", volume_over(1000)),
    Kind("no volume", "volume_only", "zero_volume", lambda spot: scaled(1, 0, spot)),
    Kind("volume unsplit", "volume_only", "split", by_splits(False, True)),
    Kind("split missed or twice", "basis_differs", "split", by_splits(True, True), 3, 12),
    Kind("prices unsplit", "basis_differs", "split", by_splits(True, False)),
    Kind("unlisted split", "basis_differs", "split", unlisted_split),
    Kind("dividends taken out", "basis_differs", "dividend", by_dividends, 3, 12, "stock"),
    Kind("fully adjusted", "basis_differs", "split_and_dividend", fully_adjusted, 3, 12),
    Kind("hundredths", "basis_differs", "hundredth", hundredths),
    Kind("other currency", "basis_differs", "other_ratio", currency),
    Kind("inverted", "basis_differs", "inverted", inverted, asset_class="crypto"),
    Kind("high moved", "conflict", "one_price", end_moved(HIGH)),
    Kind("low moved", "conflict", "one_price", end_moved(LOW)),
    Kind("open moved", "conflict", "one_price", moved_inside(OPEN)),
    Kind("close moved", "conflict", "one_price", moved_inside(CLOSE)),
    Kind("digits swapped", "conflict", "one_price", digits_swapped),
    Kind("open for close", "conflict", "swapped", exchanged(OPEN, CLOSE)),
    Kind("both ends moved", "conflict", "several_prices", both_ends),
    Kind("stale", "conflict", "stale", repeated, 1, 3),
    Kind("a bar late", "conflict", "shifted", shifted(-1), 3, 8),
    Kind("a bar early", "conflict", "shifted", shifted(1), 3, 8),
    Kind("other instrument", "conflict", "other_instrument", of_another),
    Kind("high for low", "set aside", None, exchanged(HIGH, LOW)),
)  # fmt: skip
