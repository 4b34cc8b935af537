"""Judges an empty list: unknown symbol, nothing traded, or a source that keeps silent."""

from __future__ import annotations

from typing import NamedTuple

from extract.fmp.client import StableClient
from extract.fmp.settings import DAYS, QUOTE
from extract.fmp.trading import Window
from extract.http import Unit
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RequestRecord
from warehouse import clock

WITNESS = "witness"
NO_SYMBOL = "neither bars nor a quote: no such symbol here"


def judge(unit: Unit, client: StableClient, window: Window, after_newer: bool = False) -> None:
    """Mark the window as answered by nothing, or fail: silence in trading days settles nothing.

    `after_newer` says that newer bars of the window came a moment ago.
    """
    now, daily = clock.now(), unit.item.interval == "1d"
    if not (window.published(now) if daily else window.under_way(now)):
        unit.answered(0, window.start, window.end, "no session that must have bars yet")
    elif not _is_known(unit, client):
        raise FetchFailed(Outcome.UNKNOWN_SYMBOL, NO_SYMBOL, final=True)
    elif daily and after_newer:
        unit.answered(0, window.start, window.end, "its days begin later")
    elif not daily and window.published(now) and not _has_days(unit, client, window):
        unit.answered(0, window.start, window.end, "no daily bar of these days either")
    else:
        raise FetchFailed(Outcome.UNAVAILABLE, "nothing inside trading days", final=True)


def _is_known(unit: Unit, client: StableClient) -> bool:
    """Whether it had bars in this run, or has a quote."""
    symbol = unit.item.symbol
    if symbol not in client.heard:
        witness = _asked(unit, client, QUOTE, symbol=symbol)
        if not witness.has_rows:
            witness.call.outcome, witness.call.detail = Outcome.UNKNOWN_SYMBOL, NO_SYMBOL
            return False
        client.heard.add(symbol)
    return True


def _has_days(unit: Unit, client: StableClient, window: Window) -> bool:
    first, last = (day.isoformat() for day in window.days)
    witness = _asked(unit, client, DAYS, symbol=unit.item.symbol, **{"from": first, "to": last})
    return witness.has_rows


class _Witness(NamedTuple):
    call: RequestRecord
    has_rows: bool


def _asked(unit: Unit, client: StableClient, path: str, **parameters: str) -> _Witness:
    """A call whose rows are not landed: the bars' own call stays the unit's last one."""
    bars = len(unit.calls)
    try:
        answer = client.get(unit, path, **parameters)
        return _Witness(unit.calls[-1], bool(answer))
    finally:
        for call in unit.calls[bars:]:
            call.endpoint = WITNESS
        del unit.calls[bars:]
