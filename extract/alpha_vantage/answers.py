"""Names the outcome of an answer of Alpha Vantage, whose refusals are words under HTTP 200."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from extract.alpha_vantage import shapes
from extract.alpha_vantage.settings import BURST_REST, MINUTE_REST, QUOTA_REST, QUOTE
from extract.edge.waits import retry_after
from extract.http import Reply
from extract.outcomes import FetchFailed, Outcome

ECHOED_KEY = re.compile(r"(?i)(key as\s+)\S+")


class NotInPlan(FetchFailed):
    """The key's plan lacks what was asked for; another plan or a smaller question has it."""


class Wording(NamedTuple):
    words: re.Pattern[str]
    outcome: Outcome
    rest: float | None = None
    final: bool = False


def _when(words: str, outcome: Outcome, rest: float | None = None, final: bool = False) -> Wording:
    return Wording(re.compile(words, re.IGNORECASE), outcome, rest, final)


# In this order: the refusal of a burst names the day's limit as well, and so did the old note.
WORDINGS = (
    _when(r"per second|sparingly|spreading out|burst pattern", Outcome.THROTTLED, BURST_REST),
    _when(r"per minute", Outcome.THROTTLED, MINUTE_REST),
    _when(r"premium (endpoint|feature)", Outcome.OUT_OF_RANGE, final=True),
    _when(r"demo\W+api key", Outcome.UNAUTHORISED, final=True),
    _when(r"(requests?|calls) per day|daily rate limit", Outcome.THROTTLED, QUOTA_REST),
    _when(r"apikey is invalid or missing", Outcome.UNAUTHORISED, final=True),
    _when(r"invalid api call", Outcome.UNKNOWN_SYMBOL, final=True),
)


def classify(reply: Reply) -> None:
    """Return when the answer holds what was asked for; raise its outcome otherwise."""
    if reply.status != 200:
        raise _refused(reply)
    text = reply.body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        raise FetchFailed(Outcome.UNAVAILABLE, f"a page instead of data: {reply.beginning()}")
    asked = {name: found[0] for name, found in parse_qs(urlsplit(reply.url).query).items()}
    is_quote = asked.get("function") == QUOTE
    if not is_quote and shapes.looks_like_csv(reply.body):
        return
    parsed = reply.parsed()
    if not isinstance(parsed, dict):
        raise FetchFailed(Outcome.MALFORMED, f"no object: {masked(reply.beginning())}")
    payload = shapes.payload_of(parsed, shapes.QUOTE if is_quote else shapes.SERIES)
    if payload:
        return
    if payload is None and parsed:
        raise failure(_said(parsed) or reply.beginning())
    # Of a quote or a whole history this means that nobody has the symbol, not of a month.
    outcome = Outcome.EMPTY if "interval" in asked else Outcome.UNKNOWN_SYMBOL
    raise FetchFailed(outcome, f"nothing for {asked.get('symbol', '')}", final=True)


def failure(text: str) -> FetchFailed:
    """What a text means; one that is not known is shown and not asked for again."""
    detail = masked(text)
    for wording in WORDINGS:
        if wording.words.search(text):
            kind = NotInPlan if wording.outcome is Outcome.OUT_OF_RANGE else FetchFailed
            return kind(wording.outcome, detail, wording.rest, final=wording.final)
    return FetchFailed(Outcome.MALFORMED, detail, final=True)


def masked(text: str) -> str:
    """The refusal for the day's limit repeats the key."""
    return ECHOED_KEY.sub(r"\1***", text)[:400]


def _refused(reply: Reply) -> FetchFailed:
    detail = f"HTTP {reply.status}: {masked(reply.beginning())}"
    match reply.status:
        case 401:
            return FetchFailed(Outcome.UNAUTHORISED, detail, final=True)
        case 403 | 451:
            return FetchFailed(Outcome.BLOCKED, detail, final=True)
        case 429:
            return FetchFailed(Outcome.THROTTLED, detail, retry_after(reply.headers))
        case status if status >= 500:
            return FetchFailed(Outcome.UNAVAILABLE, detail, retry_after(reply.headers))
    return FetchFailed(Outcome.MALFORMED, detail, final=True)


def _said(parsed: dict[str, Any]) -> str:
    for name in ("Error Message", "Information", "Note"):
        if isinstance(parsed.get(name), str):
            return str(parsed[name])
    return ""
