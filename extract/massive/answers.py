"""Names the outcome of an answer of Massive by its HTTP status, then by its body."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from extract.edge.waits import retry_after
from extract.http import Reply
from extract.massive.settings import CALLS_A_MINUTE
from extract.outcomes import FetchFailed, Outcome

TODAY = "before end of day"
TIMEFRAME = "data timeframe"


class Answers:
    """Judges each answer and keeps the last good one, read without a float in it."""

    def __init__(self, pace_seconds: float) -> None:
        # No Retry-After comes with a refusal: wait as long as a minute's calls take at our pace.
        self._lockout = CALLS_A_MINUTE * pace_seconds or None
        self.parsed: Any = None

    def classify(self, reply: Reply) -> None:
        """Return when the answer can be read; raise its outcome otherwise."""
        self.parsed = None
        if reply.status == 200:
            self.parsed = _checked(reply)
            return
        parsed, text = _reason(reply)
        detail = f"HTTP {reply.status}: {text}"
        match reply.status:
            case 429:
                asked = retry_after(reply.headers)
                raise FetchFailed(Outcome.THROTTLED, detail, asked or self._lockout)
            case 401:
                raise FetchFailed(Outcome.UNAUTHORISED, detail, final=True)
            case 403 if isinstance(parsed, dict):
                # Only what the key's plan has not is refused; all the rest may be asked for.
                raise FetchFailed(Outcome.OUT_OF_RANGE, detail, final=True)
            case 403 | 451:
                raise FetchFailed(Outcome.BLOCKED, detail, final=True)
            case 404 if isinstance(parsed, dict):
                raise FetchFailed(Outcome.UNKNOWN_SYMBOL, detail, final=True)
            case 499:
                raise FetchFailed(Outcome.UNAVAILABLE, detail)
            case status if status >= 500:
                raise FetchFailed(Outcome.UNAVAILABLE, detail, retry_after(reply.headers))
        raise FetchFailed(Outcome.MALFORMED, detail, final=True)


def read(body: bytes) -> Any:
    """JSON with its figures as written: whole numbers exact, the others as decimals."""
    return json.loads(body, parse_float=Decimal)


def _checked(reply: Reply) -> Any:
    if not reply.body.strip():
        raise FetchFailed(Outcome.UNAVAILABLE, "an empty body")
    if reply.body.lstrip()[:1] == b"<":
        raise FetchFailed(Outcome.MALFORMED, f"a page instead of data: {reply.beginning()}")
    try:
        parsed = read(reply.body)
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise FetchFailed(
            Outcome.MALFORMED, f"not JSON ({type(error).__name__}): {reply.beginning()}"
        ) from None
    if not isinstance(parsed, dict | list):
        raise FetchFailed(Outcome.MALFORMED, f"neither object nor list: {reply.beginning()}")
    if isinstance(parsed, dict) and parsed.get("error") and "results" not in parsed:
        raise FetchFailed(Outcome.MALFORMED, f"an error in place of data: {reply.beginning()}")
    return parsed


def _reason(reply: Reply) -> tuple[Any, str]:
    """401 and 429 tell it under `error`, 403 and 404 under `message`."""
    try:
        parsed = read(reply.body)
    except (ValueError, ArithmeticError, RecursionError):
        return None, reply.beginning() or "no body"
    if isinstance(parsed, dict):
        text = parsed.get("error") or parsed.get("message")
        if isinstance(text, str):
            return parsed, text[:300]
    return parsed, reply.beginning()
