"""The flow `market-hours`: one run while a market is open; also runs as a plain script."""

from __future__ import annotations

import sys
from typing import Any

from prefect import flow

from extract.plan import Choice
from flows.server import edge
from flows.turns.taking import MARKET_HOURS


@flow(name=MARKET_HOURS)  # type: ignore[untyped-decorator]
def market_hours(
    market: str = "us",
    symbols: list[str] | None = None,
    providers: list[str] | None = None,
    force: bool = False,
    wait_seconds: float = 300,
) -> Any:
    """Fetch what belongs to the market and is due, load it, build, and publish for readers."""
    choice = Choice(tuple(symbols or ()), tuple(providers or ()))
    return edge.scheduled(MARKET_HOURS, market, choice, force, wait_seconds)


if __name__ == "__main__":
    sys.exit(edge.script(MARKET_HOURS, sys.argv[1:]))
