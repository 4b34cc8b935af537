"""`make postgres`: the indicators that PostgreSQL computes, against those of DuckDB.

A PostgreSQL server is started for the purpose. Errors are relative; of what swings around zero, to
a hundredth of its scale (`make truth`); a place within a band counts as the distance it stands for.
Where logarithms are rounded, the last decimal may fall either way: what is made of them is held to
nine digits.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.engines import indicators, postgres_server
from bench.indicators.truth import CONSOLE, ENGINES_TOLERANCE, show
from warehouse import clock


def measure(root: Path, seed: int, series: int, longest: int) -> tuple[str, bool]:
    scratch = indicators.on_duckdb(root, seed, series, longest)
    with postgres_server.running() as server:
        started = clock.monotonic()
        indicators.on_postgres(scratch, server)
        CONSOLE.print(f"copied, built and tested in {clock.monotonic() - started:.0f} s")
        held = indicators.held_together(scratch, server)
    show("PostgreSQL against DuckDB", held.errors)
    for told in held.broken:
        CONSOLE.print(told)
    return (
        f"postgres: {'ok' if held.passed else 'FALLS SHORT'}: {held.series:,} series,"
        f" {held.errors.values:,} values in {len(held.errors.worst)} columns:"
        f" worst difference {held.apart:.1e} (limit {ENGINES_TOLERANCE:.0e})"
    ), held.passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--longest", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        line, passed = measure(Path(root), asked.seed, asked.series, asked.longest)
    CONSOLE.print(line)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
