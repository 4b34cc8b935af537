"""Disagreements scattered over the sheets: no two touch, but for bars that two providers spoil."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.agreement.kinds import KINDS, Kind, Spot, is_visible
from bench.agreement.market import Array, Sheet

Place = tuple[int, int, int]  # sheet, instrument, bar
ORDER = ("agree", "volume_only", "basis_differs", "conflict")
TRIES = 4000
# What two providers do to one bar at a time; none of them needs a neighbour.
TOGETHER = [kind for kind in KINDS if kind.name in (
    "primary volume", "lots", "unlisted split", "hundredths", "high moved", "low moved",
    "both ends moved",
)]  # fmt: skip


@dataclass(frozen=True)
class Label:
    provider: str
    kind: Kind


@dataclass
class World:
    sheets: Sequence[Sheet]
    labels: dict[Place, list[Label]] = field(default_factory=lambda: defaultdict(list))

    def holders(self, place: Place) -> list[str]:
        sheet, instrument, bar = place
        return self.sheets[sheet].holders(instrument, bar)

    def undisturbed(self) -> Iterator[Place]:
        """Bars that somebody has and nobody spoiled."""
        for number, sheet in enumerate(self.sheets):
            for instrument in range(len(sheet.symbols)):
                for bar in range(len(sheet.bars)):
                    place = (number, instrument, bar)
                    if place not in self.labels and self.holders(place):
                        yield place


@dataclass(frozen=True)
class Answer:
    """What the label says of a bar: its class, its cause (either of two alike), who is outvoted."""

    class_: str
    causes: frozenset[str | None]
    outvoted: str | None


def expected(labels: Sequence[Label], holders: Sequence[str]) -> Answer:
    aside = {one.provider for one in labels if one.kind.class_ == "set aside"}
    count = len(holders) - len(aside)
    wrong = [one for one in labels if one.provider not in aside]
    if not wrong:
        return Answer("agree" if count > 1 else "single", frozenset([None]), None)
    class_ = max((one.kind.class_ for one in wrong), key=ORDER.index)
    prices = [one for one in wrong if one.kind.class_ != "volume_only"]
    names = sorted(one.provider for one in prices or wrong)
    right = count - len(names)
    return Answer(
        class_,
        frozenset(one.kind.cause for one in wrong if one.kind.class_ == class_),
        ", ".join(names) if 2 * right > count else None,
    )


def scatter(sheets: Sequence[Sheet], draw: np.random.Generator, per_kind: int) -> World:
    world = World(sheets)
    # A spoiled close before an ex date spoils the share of that dividend, and what rests on it.
    taken: set[Place] = {
        (number, instrument, ex - 1)
        for number, sheet in enumerate(sheets)
        for instrument, dividends in enumerate(sheet.dividends)
        for ex in dividends
    }
    spoiled = []
    for kind in KINDS:
        for _ in range(per_kind):
            spoiled.append(_spoil(world, taken, draw, [kind]))
    for _ in range(2 * per_kind):
        pair = [TOGETHER[at] for at in draw.choice(len(TOGETHER), 2, replace=False)]
        spoiled.append(_spoil(world, taken, draw, pair))
    # Only now: what is copied from a neighbour is copied from one that is sound.
    for spots in spoiled:
        for spot, bars in spots:
            seen = spot.sheet.seen[spot.provider]
            seen[spot.instrument, spot.first : spot.first + spot.count] = bars
    return world


def _spoil(
    world: World, taken: set[Place], draw: np.random.Generator, kinds: Sequence[Kind]
) -> list[tuple[Spot, Array]]:
    for _ in range(TRIES):
        number = int(draw.integers(0, len(world.sheets)))
        sheet = world.sheets[number]
        count = int(draw.integers(kinds[0].least, kinds[0].most + 1))
        instrument = int(draw.integers(0, len(sheet.symbols)))
        first = int(draw.integers(1, len(sheet.bars) - count - 1))
        around = [(number, instrument, bar) for bar in range(first - 1, first + count + 1)]
        providers = _who(sheet, instrument, first, count, len(kinds), draw)
        if taken.intersection(around) or not providers:
            continue
        done = []
        for kind, provider in zip(kinds, providers, strict=True):
            spot = Spot(sheet, provider, instrument, first, count, draw)
            bars = _made(kind, spot)
            if bars is not None:
                done.append((spot, bars))
        if len(done) < len(kinds):
            continue
        taken.update(around)
        for kind, provider in zip(kinds, providers, strict=True):
            for place in around[1:-1]:
                world.labels[place].append(Label(provider, kind))
        return done
    raise ValueError(f"no place for {kinds[0].name}")


def _who(
    sheet: Sheet, instrument: int, first: int, count: int, wanted: int, draw: np.random.Generator
) -> list[str]:
    """Providers that have the bars and their neighbours, where another one has them too.

    Two spoil a bar only where four have it, and neither is the one that is chosen.
    """
    whole = [
        provider
        for provider, bars in sheet.seen.items()
        if not np.isnan(bars[instrument, first - 1 : first + count + 1]).any()
    ]
    if len(whole) < (2 if wanted == 1 else 4):
        return []
    chosen = sheet.holders(instrument, first)[0]
    free = whole if wanted == 1 else [one for one in whole if one != chosen]
    return [str(one) for one in draw.choice(free, wanted, replace=False)]


def _made(kind: Kind, spot: Spot) -> Array | None:
    if kind.asset_class not in (None, spot.sheet.asset_class):
        return None
    bars = kind.make(spot)
    before = spot.calm()
    if bars is None or not is_visible(kind, before, bars, spot.sheet.ticks(before)):
        return None
    return bars
