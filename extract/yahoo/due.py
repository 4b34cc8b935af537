"""What is due at Yahoo beside bars: actions before each session's bars, quotes in batches."""

from __future__ import annotations

from collections.abc import Iterator

from extract.ledger.view import View
from extract.universe import Instrument
from extract.work import WorkItem
from extract.yahoo.settings import PROVIDER, QUOTES_PER_UNIT
from warehouse import market_hours

PAY_OR_SPLIT = ("stock", "etf", "fund")


def due(view: View) -> Iterator[WorkItem]:
    """Splits and dividends once a session, where bars come from Yahoo; quotes of all symbols."""
    yield from _actions(view)
    batch = [str(one.symbol_at(PROVIDER, view.today)) for one in view.listed if _quoted(view, one)]
    for first in range(0, len(batch), QUOTES_PER_UNIT):
        symbols = tuple(batch[first : first + QUOTES_PER_UNIT])
        yield WorkItem(PROVIDER, "quotes", symbols, "snapshot")


def _actions(view: View) -> Iterator[WorkItem]:
    if not view.wants("1d"):
        return
    for one in view.instruments:
        if one.asset_class not in PAY_OR_SPLIT or one.instrument_id not in view.leads:
            continue
        reason = view.due_once_a_session(one, "actions")
        if reason and not view.lately_unknown(one, "actions", None):
            yield view.item(one, "actions", reason)


def _quoted(view: View, instrument: Instrument) -> bool:
    """While the market is open, and once after its close."""
    if market_hours.current(instrument.calendar, view.now):
        return True
    last = view.last_answer("quotes")
    return last is None or last < view.closed(instrument.calendar)
