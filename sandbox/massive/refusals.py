"""Massive's refusals, word for word."""

from __future__ import annotations

from sandbox.answers import Answer

UPGRADE = "Please upgrade your plan at https://polygon.io/pricing"


class Refusal(Exception):
    """Ends the answering of a call."""

    def __init__(self, status: int, word: str, field: str, text: str) -> None:
        super().__init__(text)
        self.answer = Answer({"status": word, "request_id": "", field: text}, status)


def no_key() -> Refusal:
    return Refusal(401, "ERROR", "error", "API Key was not provided")


def unknown_key() -> Refusal:
    return Refusal(401, "ERROR", "error", "Unknown API Key")


def not_entitled() -> Refusal:
    return Refusal(
        403,
        "NOT_AUTHORIZED",
        "message",
        "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing",
    )


def too_long_ago() -> Refusal:
    text = f"Your plan doesn't include this data timeframe. {UPGRADE}"
    return Refusal(403, "NOT_AUTHORIZED", "message", text)


def not_yet() -> Refusal:
    text = f"Attempted to request today's data before end of day. {UPGRADE}"
    return Refusal(403, "NOT_AUTHORIZED", "message", text)


def not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND", "message", "Data not found.")


def too_many() -> Refusal:
    text = (
        "You've exceeded the maximum requests per minute, please wait or upgrade your "
        "subscription to continue. https://polygon.io/pricing"
    )
    return Refusal(429, "ERROR", "error", text)


def bad_parameter(name: str, rule: str) -> Refusal:
    text = (
        f"Failed to parse query parameters from URL: Key: 'QueryParam.{name}' Error:Field "
        f"validation for '{name}' failed on the '{rule}' tag"
    )
    return Refusal(400, "ERROR", "error", text)


def wrong_path() -> Answer:
    return Answer(status=404, text="404 page not found", content_type="text/plain")
