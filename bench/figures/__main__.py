"""`python -m bench.figures [day] [loop] [slots]`: the last line is the verdict."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.children import Figures
from bench.figures.day import day
from bench.figures.loop import loop
from bench.figures.slots import slots

# What is aimed at on an idle machine of two cores.
LONGEST_P99 = 30.0
LEAST_FRESH = 0.9995
FEWEST_BYTES, COMPACTED_BYTES = 100_000, 20_000
PARTS = ("landing", "journals", "warehouse", "published")
Told = Iterator[tuple[str, bool]]


def of_day(found: Figures) -> Told:
    steps = [seconds for name, seconds in found.items() if name.endswith("_seconds")]
    yield (
        f"a day of {found['instruments']:.0f} instruments: {found['minutes']:,.0f} minutes in "
        f"{sum(steps):.0f} s, completeness {found['completeness']:.4%}, "
        f"{found['short']:.0f} instruments short",
        found["short"] == 0,
    )
    for when, suffix, most in (
        ("before compaction", "_bytes", FEWEST_BYTES),
        ("after", "_compacted_bytes", COMPACTED_BYTES),
    ):
        sizes = {name: found[name + suffix] for name in PARTS}
        parts = ", ".join(f"{name} {size / 1000:.1f}" for name, size in sizes.items())
        whole = sum(sizes.values())
        yield f"a stock and day on disk {when}: {whole / 1000:.0f} kB ({parts})", whole <= most


def of_loop(found: Figures) -> Told:
    yield (
        f"a loop of {found['cycles']:.0f} cycles of 30 s: {found['missed']:.0f} missed, "
        f"median {found['median']:.1f} s, longest {found['longest']:.1f} s",
        found["missed"] == 0,
    )
    yield (
        f"from an answer to a row that can be read, {found['rows']:,.0f} rows: "
        f"p50 {found['p50']:.1f} s, p95 {found['p95']:.1f} s, p99 {found['p99']:.1f} s",
        found["p99"] < LONGEST_P99,
    )


def of_slots(found: Figures) -> Told:
    yield (
        f"{found['slots']:,.0f} slots of two years with {found['outages']:.0f} outages and "
        f"{found['kills']:.0f} kills: {found['lived']:.0f} lived, {found['touched']:.0f} of them "
        f"struck, {found['stale']:.0f} without a fresh copy: {found['share']:.4%} fresh",
        found["share"] >= LEAST_FRESH and found["stale_calm"] == 0,
    )


FIGURES: dict[str, tuple[Callable[[Path], Figures], Callable[[Figures], Told]]] = {
    "day": (day, of_day),
    "loop": (loop, of_loop),
    "slots": (slots, of_slots),
}


def main() -> int:
    good = True
    with tempfile.TemporaryDirectory(prefix="tapehouse-figures-") as folder:
        for name in sys.argv[1:] or FIGURES:
            measure, tell = FIGURES[name]
            for line, is_good in tell(measure(Path(folder))):
                good &= is_good
                sys.stdout.write(f"{line}{'' if is_good else ': short of the aim'}\n")
                sys.stdout.flush()
    sys.stdout.write(f"figures: {'ok' if good else 'short of the aim'}\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
