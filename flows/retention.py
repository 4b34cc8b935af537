"""The flow `retention`: nightly, old landing files are joined, and what is too old goes."""

from __future__ import annotations

import sys
from typing import Any

from prefect import flow

from flows.server import edge
from flows.turns.taking import RETENTION


@flow(name=RETENTION)  # type: ignore[untyped-decorator]
def retention(wait_seconds: float = 900) -> Any:
    """By `[retention]` of the settings; nothing of bars, actions or the universe ever goes."""
    return edge.scheduled(RETENTION, wait_seconds=wait_seconds)


if __name__ == "__main__":
    sys.exit(edge.script(RETENTION, sys.argv[1:]))
