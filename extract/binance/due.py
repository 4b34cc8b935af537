"""What is due at Binance beside bars: the newest trades and the book of each listed symbol."""

from __future__ import annotations

from collections.abc import Iterator

from extract.view import View
from extract.work import WorkItem


def due(view: View) -> Iterator[WorkItem]:
    """Snapshots of the moment, in every run."""
    for one in view.listed:
        yield view.item(one, "trades", "snapshot")
        yield view.item(one, "book_tickers", "snapshot")
