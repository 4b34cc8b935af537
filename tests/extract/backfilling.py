"""A backfill as its tests plan it, and the windows of its bars."""

from __future__ import annotations

from datetime import date, datetime

from planning import Desk

from extract import backfill
from extract.backfill import Asking, Planned
from extract.work import WorkItem
from warehouse import clock

WEDNESDAY = datetime(2026, 3, 11, 15, 0)
CLOSE = datetime(2026, 3, 10, 20, 0)


def planned(
    desk: Desk,
    *words: str,
    interval: str = "1d",
    start: date = date(2026, 3, 2),
    end: date = date(2026, 3, 11),
    sources: tuple[str, ...] = (),
    at: datetime = WEDNESDAY,
) -> Planned:
    clock.use(lambda: at)
    return backfill.make(desk.settings, desk.landing, Asking(words, interval, start, end, sources))


def windows(items: list[WorkItem]) -> list[tuple[datetime | None, datetime | None]]:
    return [(item.start, item.end) for item in items if item.endpoint == "bars"]
