"""The flow `after-close`: once a session, twenty minutes after its real close."""

from __future__ import annotations

import sys
from typing import Any

from prefect import flow

from flows.server import edge
from flows.turns.taking import AFTER_CLOSE


@flow(name=AFTER_CLOSE)  # type: ignore[untyped-decorator]
def after_close(market: str = "us", force: bool = False, wait_seconds: float = 900) -> Any:
    """The session's last bars and its day, dividends and splits, breadth and all else built."""
    return edge.scheduled(AFTER_CLOSE, market, force=force, wait_seconds=wait_seconds)


if __name__ == "__main__":
    sys.exit(edge.script(AFTER_CLOSE, sys.argv[1:]))
