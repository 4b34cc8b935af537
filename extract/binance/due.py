"""What is due at Binance beside bars: the state of the market now, symbols once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from extract.binance.settings import PROVIDER, SYMBOLS_PER_TICKER_CALL
from extract.ledger.view import View
from extract.universe import Instrument
from extract.work import WorkItem

DAY = timedelta(days=1)


def due(view: View) -> Iterator[WorkItem]:
    """Aggregate trades only for as many days as the settings name: they are many."""
    for one in view.listed:
        yield view.item(one, "trades", "snapshot")
        yield view.item(one, "book_tickers", "snapshot")
    symbols = tuple(str(one.symbol_at(PROVIDER, view.today)) for one in view.listed)
    for first in range(0, len(symbols), SYMBOLS_PER_TICKER_CALL):
        batch = symbols[first : first + SYMBOLS_PER_TICKER_CALL]
        yield WorkItem(PROVIDER, "tickers", batch, "snapshot")
    last = view.last_answer("symbols")
    if symbols and (last is None or last.date() < view.today):
        reason = "new day" if last else "missing"
        yield WorkItem(PROVIDER, "symbols", symbols, reason)
    for one in view.listed:
        yield from _agg_trades(view, one)


def _agg_trades(view: View, instrument: Instrument) -> Iterator[WorkItem]:
    """What no answer covers, day by day; the present day up to its last whole minute."""
    if not view.trades_days or view.lately_unknown(instrument, "agg_trades", None):
        return
    key = (view.provider, "agg_trades", instrument.instrument_id, None)
    until = view.now.replace(second=0, microsecond=0)
    start = datetime.combine(view.today, time()) - DAY * view.trades_days
    while start < until:
        end = min(start + DAY, until)
        for low, high in view.asked.uncovered(key, start, end):
            yield view.item(instrument, "agg_trades", "missing", start=low, end=high)
        start = end
