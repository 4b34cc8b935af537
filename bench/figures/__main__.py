"""`python -m bench.figures`: the figures of a day and of a loop; the last line is the verdict."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.figures.day import day
from bench.figures.loop import loop

# What is aimed at on an idle machine of two cores.
LONGEST_P99 = 30.0


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tapehouse-figures-") as folder:
        whole, polled = day(Path(folder)), loop(Path(folder))
    say = sys.stdout.write
    say(
        f"a day of {whole['instruments']:.0f} instruments: {whole['minutes']:,.0f} minutes in "
        f"{sum(seconds for name, seconds in whole.items() if name.endswith('_seconds')):.0f} s, "
        f"completeness {whole['completeness']:.4%}, {whole['short']:.0f} instruments short\n"
    )
    say(
        f"a loop of {polled['cycles']:.0f} cycles of 30 s: {polled['missed']:.0f} missed, "
        f"median {polled['median']:.1f} s, longest {polled['longest']:.1f} s\n"
    )
    say(
        f"from an answer to a row that can be read, {polled['rows']:,.0f} rows: "
        f"p50 {polled['p50']:.1f} s, p95 {polled['p95']:.1f} s, p99 {polled['p99']:.1f} s\n"
    )
    good = whole["short"] == 0 and polled["missed"] == 0 and polled["p99"] < LONGEST_P99
    say(f"figures: {'ok' if good else 'short of the aim'}\n")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
