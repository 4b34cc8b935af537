"""`python -m bench.budgets`: six processes live through a day; the last line is the verdict."""

from __future__ import annotations

import sys

from bench.budgets.proof import prove
from warehouse import clock


def main() -> None:
    """Names of providers as arguments prove those alone."""
    started = clock.monotonic()
    verdict = prove(only=sys.argv[1:])
    for line in verdict.lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f"lived through in {clock.monotonic() - started:.0f} s\n{verdict}\n")
    sys.exit(0 if verdict.passed else 1)


if __name__ == "__main__":
    main()
