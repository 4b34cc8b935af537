"""Loads which markets are open now and which days they will be closed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from extract.http import Unit
from extract.massive import cells
from extract.massive.client import MassiveClient
from extract.massive.rows import landed
from extract.massive.settings import HOLIDAYS_PATH, STATUS_PATH
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RejectedRows
from warehouse import clock

STATUS = "massive_market_status"
HOLIDAYS = "massive_market_holidays"


def fetch_status(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    body = client.get(STATUS_PATH)
    yield from landed(unit, [body], STATUS, {"observed_at": clock.now()}, _status, rejected)


def fetch_holidays(unit: Unit, client: MassiveClient, rejected: RejectedRows) -> Iterator[pa.Table]:
    """A bare list, one row for each exchange of each holiday."""
    body = client.get(HOLIDAYS_PATH)
    if not isinstance(body, list):
        raise FetchFailed(Outcome.MALFORMED, "holidays are not a list")
    yield from landed(unit, body, HOLIDAYS, {"observed_at": clock.now()}, _holiday, rejected)


def _status(raw: cells.Raw) -> dict[str, Any]:
    exchanges = cells.record(raw.get("exchanges") or {})
    currencies = cells.record(raw.get("currencies") or {})
    return {
        "server_at": cells.moment(raw, "serverTime"),
        "market": cells.word(raw, "market"),
        "is_before_open": cells.flag_or_none(raw, "earlyHours"),
        "is_after_close": cells.flag_or_none(raw, "afterHours"),
        **{name: cells.word_or_none(exchanges, name) for name in ("nyse", "nasdaq", "otc")},
        **{name: cells.word_or_none(currencies, name) for name in ("fx", "crypto")},
    }


def _holiday(raw: cells.Raw) -> dict[str, Any]:
    return {
        "exchange": cells.word(raw, "exchange"),
        "holiday_date": cells.day(raw, "date"),
        "name": cells.word_or_none(raw, "name"),
        "status": cells.word(raw, "status"),
        "opens_at": cells.moment_or_none(raw, "open"),
        "closes_at": cells.moment_or_none(raw, "close"),
    }
