"""A desk at which tests plan at an hour and land the requests that a plan would have made."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from extract import plan
from extract.landing import Landing
from extract.plan import Choice
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock
from warehouse.settings import Settings


class Desk:
    """Plans at an hour, and answers plans by landing the requests they would have made."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.landing = Landing(settings.folder)
        self._number = 0

    def plan(
        self, at: datetime, *symbols: str, interval: str | None = None, gaps_only: bool = False
    ) -> list[WorkItem]:
        clock.use(lambda: at)
        intervals = (interval,) if interval else ()
        choice = Choice(symbols, intervals=intervals, gaps_only=gaps_only)
        return plan.make(self.settings, self.landing, choice)

    def bars(self, at: datetime, *symbols: str, interval: str | None = None) -> list[WorkItem]:
        return [one for one in self.plan(at, *symbols, interval=interval) if one.endpoint == "bars"]

    def answer(self, items: list[WorkItem], at: datetime, outcome: str = "ok") -> None:
        rows = []
        for item in items:
            self._number += 1
            rows.append(
                {
                    "request_id": self._number,
                    "provider": item.provider,
                    "endpoint": item.endpoint,
                    "instrument_id": item.instrument_id,
                    "symbol": item.symbol,
                    "interval": item.interval,
                    "reason": item.reason,
                    "window_start": item.start,
                    "window_end": item.end,
                    "requested_at": at,
                    "outcome": outcome,
                }
            )
        schema = arrow_schema("requests", landed=False)
        clock.use(lambda: at)
        self.landing.accept(1, [("requests", pa.Table.from_pylist(rows, schema=schema))])
