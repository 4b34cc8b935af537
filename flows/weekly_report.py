"""The flow `weekly-report`: on Saturday, the week that ended as a page and a workbook."""

from __future__ import annotations

import sys
from typing import Any

from prefect import flow

from flows.server import edge
from flows.turns.taking import WEEKLY_REPORT


@flow(name=WEEKLY_REPORT)  # type: ignore[untyped-decorator]
def weekly_report() -> Any:
    """Reads the published copy and nothing else."""
    return edge.scheduled(WEEKLY_REPORT)


if __name__ == "__main__":
    sys.exit(edge.script(WEEKLY_REPORT, sys.argv[1:]))
