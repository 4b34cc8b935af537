"""Names the outcome of an answer of Binance, and what a call weighs."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from extract.binance.archives import Archive
from extract.binance.settings import DEAREST_CALL, WEIGHT_HEADER, WEIGHTS
from extract.binance.windows import instant
from extract.edge.waits import LONGEST_BELIEVED, retry_after
from extract.http import Classify, Reply
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


def judge_of(archive: Archive | None) -> Classify:
    """Answers of the API are judged here, those of the archive by it."""

    def judge(reply: Reply) -> None:
        (archive.classify if archive and archive.owns(reply.url) else classify)(reply)

    return judge


def used_weight(reply: Reply) -> int | None:
    """What Binance has counted in its present minute, of all programs behind this address."""
    text = next((v for name, v in reply.headers.items() if name.lower() == WEIGHT_HEADER), "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def weigh(url: str) -> int:
    """What a call counts for."""
    path = urlsplit(url).path
    return next((w for end, w in WEIGHTS.items() if path.endswith(end)), DEAREST_CALL)
