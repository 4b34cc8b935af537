"""The flow `repair`: nightly, all gaps, re-reads of what was not settled, and a sample audited."""

from __future__ import annotations

import sys
from typing import Any

from prefect import flow

from flows.server import edge
from flows.turns.taking import REPAIR


@flow(name=REPAIR)  # type: ignore[untyped-decorator]
def repair(wait_seconds: float = 900) -> Any:
    """Everything that is due anywhere, also of markets without a schedule."""
    return edge.scheduled(REPAIR, wait_seconds=wait_seconds)


if __name__ == "__main__":
    sys.exit(edge.script(REPAIR, sys.argv[1:]))
