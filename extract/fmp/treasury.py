"""Loads the curve of treasury yields, and reads each bond's bars out of it: a call serves all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from extract.fmp import bars, cells
from extract.fmp.client import StableClient
from extract.fmp.settings import CURVE_SPAN, PROVIDER, TENORS, TREASURY
from extract.fmp.trading import Calendars, Window
from extract.fmp.windows import pieces
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows, RequestRecord
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock

TABLE = "fmp_treasury_rates"
Row = dict[str, Any]


class Part(NamedTuple):
    """Some days of the curve and the call that brought them."""

    first: date
    last: date
    call: RequestRecord
    rows: list[Row]


def is_tenor(item: WorkItem) -> bool:
    return item.endpoint == "bars" and item.symbol in TENORS


class Curves:
    """The parts of the curve that this run has asked for."""

    def __init__(self, calendars: Calendars) -> None:
        self._calendars = calendars
        self._held: list[Part] = []

    def fetch(
        self, unit: Unit, client: StableClient, rejected: RejectedRows
    ) -> Iterator[tuple[str, pa.Table]]:
        """Days of the curve that are new in this run, and the bars of the unit's bond."""
        item = unit.item
        if item.interval != "1d":
            raise FetchFailed(Outcome.OUT_OF_RANGE, "the curve is a day's", final=True)
        start, end = bars.window_of(item)
        for piece in pieces(start, end, CURVE_SPAN):
            window = self._calendars.window(item.symbol, *piece)
            part = self._part(window)
            if part is None:
                part = _asked(unit, client, window, rejected)
                self._held.append(part)
                yield from _table(TABLE, part.rows)
            # A request of its own number, so that rows and requests count alike.
            unit.answered_by(part.call)
            own = [bar for row in part.rows if (bar := _bar(unit, row, window)) is not None]
            unit.answered(len(own), window.start, window.end)
            yield from _table(bars.TABLE, own)

    def _part(self, window: Window) -> Part | None:
        first, last = window.days
        return next((one for one in self._held if one.first <= first and last <= one.last), None)


def _table(name: str, rows: list[Row]) -> Iterator[tuple[str, pa.Table]]:
    if rows:
        yield name, pa.Table.from_pylist(rows, schema=arrow_schema(name, landed=False))


def _asked(unit: Unit, client: StableClient, window: Window, rejected: RejectedRows) -> Part:
    first, last = window.days
    raw = client.get(unit, TREASURY, **{"from": first.isoformat(), "to": last.isoformat()})
    # The bond market keeps holidays of its own, so a single day without a curve proves nothing.
    if not raw and len(window.published(clock.now())) > 1:
        raise FetchFailed(Outcome.UNAVAILABLE, "nothing inside trading days", final=True)
    call, rows = unit.calls[-1], []
    for given in raw:
        try:
            row = _row(unit, given)
        except (ValueError, TypeError) as error:
            call.row_count += 1
            payload = json.dumps(given, default=str)
            rejected.add(unit.request_id, PROVIDER, TABLE, payload, str(error))
            continue
        if first <= row["rate_date"] <= last:
            rows.append(row)
    call.row_count += len(rows)
    rows.sort(key=lambda row: row["rate_date"])
    return Part(first, last, call, rows)


def _row(unit: Unit, given: Any) -> Row:
    if not isinstance(given, dict):
        raise ValueError("a day of the curve is no object")
    if not any(name in given for name in TENORS):
        raise ValueError("no tenor of the curve")
    rates = {name: cells.number(given, name) for name in TENORS}
    return {"request_id": unit.request_id, "rate_date": cells.day(given.get("date")), **rates}


def _bar(unit: Unit, row: Row, window: Window) -> Row | None:
    """None where the treasury named no yield for the tenor, or outside of the window."""
    stamped_at, rate = cells.noon(row["rate_date"]), row[unit.item.symbol]
    if rate is None or not window.holds(stamped_at):
        return None
    return {
        "request_id": unit.request_id,
        "symbol": unit.item.symbol,
        "interval": "1d",
        "stamped_at": stamped_at,
        "bar_date": row["rate_date"],
        "close": rate,
    }
