"""Names the outcome of an answer of Binance and keeps us below the weight limit."""

from __future__ import annotations

import re
from typing import Any

from extract.binance.archives import Archive
from extract.binance.settings import DEAREST_CALL, WEIGHT_HEADER
from extract.binance.windows import instant
from extract.edge.waits import LONGEST_BELIEVED, retry_after
from extract.http import PoliteEdge, Reply
from extract.outcomes import FetchFailed, Outcome
from warehouse import clock

UNKNOWN_SYMBOL = -1121
BANNED_UNTIL = re.compile(r"banned until (\d{13})")


def classify(reply: Reply) -> None:
    """Return when the answer can be read; raise its outcome otherwise."""
    if reply.status == 200:
        if reply.body.lstrip()[:1] == b"<":
            raise FetchFailed(Outcome.MALFORMED, f"a page instead of data: {reply.beginning()}")
        reply.parsed()
        return
    code, message = _error(reply)
    asked = retry_after(reply.headers)
    detail = f"HTTP {reply.status}: {message}" + (f" (code {code})" if code else "")
    match reply.status:
        case 429:
            raise FetchFailed(Outcome.THROTTLED, detail, asked)
        case 418:
            raise FetchFailed(Outcome.BLOCKED, detail, asked or _ban(message), final=True)
        case 403 | 451:
            raise FetchFailed(Outcome.BLOCKED, detail, final=True)
        case 401:
            raise FetchFailed(Outcome.UNAUTHORISED, detail, final=True)
        case status if status >= 500:
            raise FetchFailed(Outcome.UNAVAILABLE, detail, asked)
    outcome = Outcome.UNKNOWN_SYMBOL if code == UNKNOWN_SYMBOL else Outcome.MALFORMED
    raise FetchFailed(outcome, detail, final=True)


def _error(reply: Reply) -> tuple[int | None, str]:
    try:
        parsed: Any = reply.parsed()
    except FetchFailed:
        return None, reply.beginning()
    if isinstance(parsed, dict) and isinstance(parsed.get("code"), int):
        return parsed["code"], str(parsed.get("msg", ""))
    return None, reply.beginning()


def _ban(message: str) -> float | None:
    """The end of a ban stands in the text when the header is missing."""
    found = BANNED_UNTIL.search(message)
    if found is None:
        return None
    left = (instant(int(found.group(1))) - clock.system_now()).total_seconds()
    return left if 0 < left <= LONGEST_BELIEVED else None


class WeightWatch:
    """Believes the used weight that each answer tells and waits for the next minute in time."""

    def __init__(self, limit: int | None, archive: Archive | None = None) -> None:
        self.limit = limit
        self.archive = archive
        self.edge: PoliteEdge | None = None
        self._used = 0
        self._minute_began = 0.0

    def classify(self, reply: Reply) -> None:
        if self.archive and self.archive.owns(reply.url):
            self.archive.classify(reply)
            return
        self._heed(reply)
        classify(reply)

    def _heed(self, reply: Reply) -> None:
        headers = {name.lower(): value for name, value in reply.headers.items()}
        text = headers.get(WEIGHT_HEADER, "")
        if not text.isdecimal() or self.limit is None or self.edge is None:
            return
        used = int(text)
        now = clock.monotonic()
        # The server's minute is ours to guess: it began no later than a fall of the figure shows.
        if used < self._used or not self._minute_began:
            self._minute_began = now
        self._used = used
        if used + DEAREST_CALL > self.limit:
            self.edge.hold(max(0.0, self._minute_began + 60 - now))
