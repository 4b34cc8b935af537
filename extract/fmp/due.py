"""What is due at FMP beside bars: actions before each session's bars, quotes where it is live."""

from __future__ import annotations

from collections.abc import Iterator

from extract.fmp.settings import TENORS
from extract.ledger.view import View
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import market_hours

PAY_OR_SPLIT = ("stock", "etf", "fund")


def due(view: View) -> Iterator[WorkItem]:
    """Its bars are split-adjusted: without its own splits none can be read as traded."""
    for one in view.instruments:
        if one.instrument_id not in view.serves or one.fmp_symbol in TENORS:
            continue
        if view.wants("1d") and one.asset_class in PAY_OR_SPLIT:
            reason = view.due_once_a_session(one, "actions")
            if reason and not view.lately_unknown(one, "actions", None):
                yield view.item(one, "actions", reason)
        if one.instrument_id in view.live and one.is_listed(view.today) and _quoted(view, one):
            yield view.item(one, "quotes", "snapshot")


def _quoted(view: View, instrument: Instrument) -> bool:
    """While its market is open, and once after the close."""
    if view.lately_unknown(instrument, "quotes", None):
        return False
    if market_hours.current(instrument.calendar, view.now):
        return True
    last = view.last_answer("quotes", instrument)
    return last is None or last < view.closed(instrument.calendar)
