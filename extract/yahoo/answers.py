"""Names the outcome of an answer of Yahoo by its status and its body."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from extract.edge.waits import retry_after
from extract.http import Reply
from extract.outcomes import FetchFailed, Outcome
from extract.yahoo.settings import CHART_PATH


def classify(reply: Reply) -> None:
    """Return when the answer can be read; raise its outcome otherwise."""
    if reply.status == 200:
        _check_body(reply)
        return
    detail = f"HTTP {reply.status}: {_reason(reply)}"
    raise FetchFailed(
        _outcome(reply, detail),
        detail,
        retry_after(reply.headers),
        final=reply.status not in (429, *range(500, 600)),
    )


def _outcome(reply: Reply, detail: str) -> Outcome:
    match reply.status:
        case 401:
            return Outcome.UNAUTHORISED
        case 403 | 451:
            return Outcome.BLOCKED
        case 404 if _is_chart_error(reply):
            return Outcome.UNKNOWN_SYMBOL
        case 422:
            return Outcome.OUT_OF_RANGE
        case 429:
            return Outcome.THROTTLED
        case 400 if "Data doesn't exist" in detail:
            return Outcome.EMPTY
        case status if status >= 500:
            return Outcome.UNAVAILABLE
    return Outcome.MALFORMED


def _check_body(reply: Reply) -> None:
    start = reply.body.lstrip()[:200].lower()
    if start.startswith((b"<", b"\xef\xbb\xbf<")):
        if b"will be right back" in reply.body.lower():
            raise FetchFailed(Outcome.UNAVAILABLE, "Yahoo is down for maintenance")
        raise FetchFailed(Outcome.MALFORMED, f"a page instead of data: {reply.beginning()}")
    parsed = reply.parsed()
    root = "chart" if CHART_PATH in urlsplit(reply.url).path else "quoteResponse"
    body = parsed.get(root) if isinstance(parsed, dict) else None
    if not isinstance(body, dict):
        raise FetchFailed(Outcome.MALFORMED, f"no {root} in the answer: {reply.beginning()}")
    if body.get("error"):
        reason = _error_text(parsed)
        outcome = Outcome.UNKNOWN_SYMBOL if "No data found" in reason else Outcome.MALFORMED
        raise FetchFailed(outcome, reason, final=outcome is Outcome.UNKNOWN_SYMBOL)
    if not isinstance(body.get("result"), list):
        raise FetchFailed(Outcome.MALFORMED, f"no result in the answer: {reply.beginning()}")


def _is_chart_error(reply: Reply) -> bool:
    """A wrong path is a 404 too, as XML; only the JSON one speaks of the symbol."""
    try:
        parsed = reply.parsed()
    except FetchFailed:
        return False
    return isinstance(parsed, dict) and isinstance(parsed.get("chart"), dict)


def _reason(reply: Reply) -> str:
    try:
        return _error_text(reply.parsed()) or reply.beginning()
    except FetchFailed:
        return reply.beginning()


def _error_text(parsed: Any) -> str:
    if not isinstance(parsed, dict):
        return ""
    for root in ("chart", "finance", "quoteResponse"):
        body = parsed.get(root)
        error = body.get("error") if isinstance(body, dict) else None
        if isinstance(error, dict):
            return f"{error.get('code')}: {error.get('description')}"
        if error:
            return str(error)
    return ""
