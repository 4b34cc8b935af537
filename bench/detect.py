"""`make detect`: what the quality rules find of labelled mistakes in a year of fifty stocks.

A finding is right when it lies on a spoiled bar, on the bar right after (which takes the move
back), or, for a mistake of an hour, on the daily bar of its session.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from bench.detection.report import Report, show, write_page
from bench.detection.tally import FINDINGS, Z_SCORES, read, tally
from bench.detection.warehouse_of import warehouse_of
from bench.detection.world import World, world
from warehouse import clock
from warehouse.settings import PROJECT

SEEDS = (1, 2, 3)
PAGE = PROJECT / "docs" / "quality_rules.md"


def detect(wanted: World, root: Path) -> Report:
    with warehouse_of(wanted, root) as connection:
        rules = tally(wanted, read(connection, FINDINGS))
        baseline = tally(wanted, read(connection, Z_SCORES), intervals=("1d",))
    return Report(wanted.seed, rules, baseline)


def main() -> int:
    seeds = tuple(int(one) for one in sys.argv[1:]) or SEEDS
    started = clock.monotonic()
    reports = []
    for seed in seeds:
        sys.stderr.write(f"seed {seed} ...\n")
        with tempfile.TemporaryDirectory(prefix="tapehouse-detect-") as folder:
            reports.append(detect(world(seed), Path(folder)))
    show(reports)
    if seeds == SEEDS:
        write_page(PAGE, reports)
    verdicts = [report.verdict for report in reports]
    sys.stdout.write(f"{len(reports)} years in {clock.monotonic() - started:.0f} s\n")
    passed = all(report.passed for report in reports)
    sys.stdout.write(f"{'good' if passed else 'SHORT'}: {'; '.join(verdicts)}\n")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
