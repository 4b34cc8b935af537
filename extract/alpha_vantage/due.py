"""What is due at Alpha Vantage beside bars: quotes, where it is the one that tells the present."""

from __future__ import annotations

from collections.abc import Iterator

from extract.ledger.view import View
from extract.work import WorkItem


def due(view: View) -> Iterator[WorkItem]:
    """One quote a session, after its close: a call each, and a free key has 25 of them a day."""
    for one in view.listed:
        last = view.last_answer("quotes", one)
        if one.instrument_id not in view.live or view.lately_unknown(one, "quotes", None):
            continue
        if last is None or last < view.closed(one.calendar):
            yield view.item(one, "quotes", "snapshot")
