"""Names the outcome of an answer by its status and the first words of its error."""

from __future__ import annotations

import json
import re
from typing import Any

from extract.edge.waits import retry_after
from extract.fmp.settings import BANDWIDTH_REST
from extract.http import Reply
from extract.outcomes import FetchFailed, Outcome

# "Legacy Endpoint" is not among them: that one we should not have asked.
ENDPOINT = re.compile(r"\s*(exclusive|restricted|special|premium) endpoint\b", re.IGNORECASE)
PARAMETER = re.compile(r"\s*(premium query parameter|special parameters)\b", re.IGNORECASE)


def classify(reply: Reply) -> None:
    """Return when there is a list to read, or a refusal of less than the provider."""
    message = error_message(reply.body)
    if refusal(reply.status, reply.body) is not None:
        return
    detail = f"HTTP {reply.status}: {message or reply.beginning()}"
    _by_first_words((message or "").strip().lower(), detail, reply)
    match reply.status:
        case 200:
            _check_list(reply, message)
            return
        case 401:
            raise FetchFailed(Outcome.UNAUTHORISED, detail, final=True)
        case 403 | 451:
            raise FetchFailed(Outcome.BLOCKED, detail, final=True)
        case 404:
            raise FetchFailed(Outcome.MALFORMED, "HTTP 404: no such path", final=True)
        case 429:
            raise FetchFailed(Outcome.THROTTLED, detail, retry_after(reply.headers))
        case status if status >= 500:
            raise FetchFailed(Outcome.UNAVAILABLE, detail, retry_after(reply.headers))
    raise FetchFailed(Outcome.MALFORMED, detail, final=True)


def refusal(status: int, body: bytes) -> FetchFailed | None:
    """What the plan does not hold: an endpoint (unauthorised) or a symbol (unknown_symbol)."""
    message = error_message(body)
    if message is not None and ENDPOINT.match(message):
        return FetchFailed(Outcome.UNAUTHORISED, f"HTTP {status}: {message}", final=True)
    if message is not None and PARAMETER.match(message):
        return _not_in_plan(status, message)
    if status == 402:
        return _not_in_plan(status, message or body[:300].decode("utf-8", "replace"))
    return None


def _not_in_plan(status: int, message: str) -> FetchFailed:
    return FetchFailed(Outcome.UNKNOWN_SYMBOL, f"HTTP {status}: {message}", final=True)


def error_message(body: bytes) -> str | None:
    """The text of an error object, whatever status it came with."""
    parsed = parsed_or_none(body)
    if isinstance(parsed, dict) and "Error Message" in parsed:
        return str(parsed["Error Message"])
    return None


def parsed_or_none(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _by_first_words(words: str, detail: str, reply: Reply) -> None:
    if words.startswith("invalid api key"):
        raise FetchFailed(Outcome.UNAUTHORISED, detail, final=True)
    if words.startswith("bandwidth limit reach"):
        asked = retry_after(reply.headers)
        raise FetchFailed(Outcome.THROTTLED, detail, max(asked or 0, BANDWIDTH_REST))
    if words.startswith("limit reach"):
        raise FetchFailed(Outcome.THROTTLED, detail, retry_after(reply.headers))
    if words.startswith("legacy endpoint"):
        raise FetchFailed(Outcome.MALFORMED, detail, final=True)


def _check_list(reply: Reply, message: str | None) -> None:
    if message is not None:
        raise FetchFailed(Outcome.MALFORMED, f"an error with status 200: {message}")
    if not isinstance(reply.parsed(), list):
        raise FetchFailed(Outcome.MALFORMED, f"no list: {reply.beginning()}")
