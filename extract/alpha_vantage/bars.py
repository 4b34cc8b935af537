"""Loads bars, days and minutes alike, exactly as the texts say and as they were traded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from extract.alpha_vantage import cells
from extract.alpha_vantage.client import Client
from extract.alpha_vantage.questions import Question, questions
from extract.alpha_vantage.settings import COMPACT_ROWS, LENGTHS, PROVIDER
from extract.alpha_vantage.shapes import Series, Values, by_word, value_of
from extract.alpha_vantage.windows import (
    local_day,
    mark_of,
    midnight,
    stamped_at_ends,
    utc,
    zone,
)
from extract.edge.redaction import redact
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema
from warehouse import clock

TABLE = "alpha_vantage_bars"
PRICES = ("open", "high", "low", "close")
# Only the adjusted days have these.
EXTRAS = ("adjusted close", "dividend amount", "split coefficient")
SAME_SYMBOL = str.maketrans("", "", ".-/")


def fetch_bars(unit: Unit, client: Client, rejected: RejectedRows) -> Iterator[pa.Table]:
    """One table an answer; what an answer does not reach back to is told as out of range."""
    for question in questions(unit.item, client.is_premium):
        series = question.ask(client)
        _check(series, question)
        reading = _Reading(unit, question, series)
        rows = reading.rows(rejected)
        start, end = question.window
        reach = reading.oldest if question.is_cut and len(series.rows) >= COMPACT_ROWS else None
        if reach is not None and reach >= end:
            raise FetchFailed(Outcome.OUT_OF_RANGE, _beyond(reach), final=True)
        unit.answered(reading.received, max(start, reach or start), end)
        if rows:
            yield pa.Table.from_pylist(rows, schema=arrow_schema(TABLE, landed=False))
        if reach is not None and reach > start:
            raise FetchFailed(Outcome.OUT_OF_RANGE, _beyond(reach), final=True)


def _beyond(reach: datetime) -> str:
    return f"the answer reaches back to {reach:%Y-%m-%d}; the plan of this key has no more"


def _check(series: Series, question: Question) -> None:
    """An answer for another symbol or interval would be stored under the wrong name."""
    for word, asked in (("symbol", question.symbol), ("interval", question.interval)):
        told = series.meta.get(word)
        if asked and told and _plain(told) != _plain(asked):
            raise FetchFailed(
                Outcome.MALFORMED, f"asked for {asked}, answered for {str(told)[:40]!r}"
            )


def _plain(name: object) -> str:
    return str(name).translate(SAME_SYMBOL).upper()


@dataclass
class _Reading:
    """The rows of one answer that lie in the window it was asked for."""

    unit: Unit
    question: Question
    series: Series
    received: int = 0

    @property
    def is_daily(self) -> bool:
        return self.unit.item.interval == "1d"

    @property
    def where(self) -> ZoneInfo:
        if self.is_daily:
            return zone(self.unit.item.exchange_timezone)
        return zone(self.series.time_zone or self.unit.item.exchange_timezone)

    @property
    def oldest(self) -> datetime | None:
        """The midnight before the oldest row that can be read."""
        for stamp, _ in self.series.rows:
            try:
                return midnight(cells.day(stamp), self.where)
            except ValueError:
                continue
        return None

    def rows(self, rejected: RejectedRows) -> list[dict[str, Any]]:
        place = self._daily_place if self.is_daily else self._intraday_place()
        found = []
        for stamp, values in self.series.rows:
            try:
                placed = place(stamp)
                if placed is None:
                    continue
                found.append(placed | self._figures(by_word(values)))
            except (ValueError, TypeError, OverflowError) as error:
                payload = redact(json.dumps({stamp: values}, default=str))
                rejected.add(self.unit.request_id, PROVIDER, TABLE, payload, redact(str(error)))
            self.received += 1
        return found

    def _daily_place(self, stamp: str) -> dict[str, Any] | None:
        day, now = cells.day(stamp), clock.now()
        start, end = self.question.window
        running = day >= local_day(now, self.where) and end > now
        if running or not start <= mark_of(day, self.where) < end:
            return None
        return {"bar_date": day}

    def _intraday_place(self) -> Any:
        length = LENGTHS[str(self.unit.item.interval)]
        where, now = self.where, clock.now()
        start, end = self.question.window
        shift = length if self._at_ends() else length * 0

        def place(stamp: str) -> dict[str, Any] | None:
            opened_at = utc(cells.moment(stamp) - shift, where)
            if not start <= opened_at < end or opened_at + length > now:
                return None
            return {"opened_at": opened_at}

        return place

    def _at_ends(self) -> bool:
        times = set()
        for stamp, _ in self.series.rows:
            try:
                times.add(cells.moment(stamp).time())
            except ValueError:
                continue
        return not self.question.market and stamped_at_ends(times)

    def _figures(self, values: Values) -> dict[str, Any]:
        market = self.question.market
        found: dict[str, Any] = {
            "request_id": self.unit.request_id,
            "symbol": self.unit.item.symbol,
            "interval": self.unit.item.interval,
            "time_zone": self.series.time_zone,
            "volume": cells.volume(value_of(values, "volume"), "volume"),
        }
        found |= {one: cells.price(value_of(values, one, market), one) for one in PRICES}
        return found | {
            word.replace(" ", "_"): cells.price(values[word], word)
            for word in EXTRAS
            if word in values
        }
