"""What is due at Massive beside bars: actions, the tickers' records, status and holidays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from extract.ledger.view import View
from extract.massive.settings import CALENDAR, PROVIDER
from extract.work import WorkItem

PAY_OR_SPLIT = ("stock", "etf", "fund")
TICKERS_EVERY = timedelta(days=7)


def due(view: View) -> Iterator[WorkItem]:
    """Of instruments only those whose bars come from here first: a free key has few calls."""
    if not view.instruments or not view.wants("1d"):
        return
    for one in view.instruments:
        if one.instrument_id not in view.leads:
            continue
        if one.asset_class in PAY_OR_SPLIT:
            for endpoint in ("splits", "dividends"):
                reason = view.due_once_a_session(one, endpoint)
                if reason and not view.lately_unknown(one, endpoint, None):
                    yield view.item(one, endpoint, reason)
        last = view.last_answer("tickers", one)
        is_old = last is None or view.now - last >= TICKERS_EVERY
        if is_old and not view.lately_unknown(one, "tickers", None):
            yield view.item(one, "tickers", "new week" if last else "missing")
    for endpoint in ("market_status", "market_holidays"):
        last = view.last_answer(endpoint)
        if last is None or last < view.opened(CALENDAR):
            yield WorkItem(PROVIDER, endpoint, (), "new session" if last else "missing")
