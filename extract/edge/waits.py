"""How long to wait before a call is made again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from tenacity import RetryCallState
from tenacity.wait import wait_base, wait_exponential_jitter

from extract.outcomes import FetchFailed
from warehouse import clock

LONGEST_BELIEVED = 4 * 86_400.0


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds asked for by Retry-After; None when absent or beyond belief."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = text.strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError):
            return None
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC).replace(tzinfo=None)
        seconds = max(0.0, (moment - _present(headers)).total_seconds())
    return seconds if 0 <= seconds <= LONGEST_BELIEVED else None


def _present(headers: Mapping[str, str]) -> datetime:
    """The server's own clock is the one its dates are meant by."""
    date = next((value for name, value in headers.items() if name.lower() == "date"), "")
    try:
        return parsedate_to_datetime(date).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, TypeError, IndexError):
        return clock.system_now()


class PoliteWait(wait_base):
    """What the provider asks for, else doubling with jitter, never above the cap."""

    def __init__(self, first: float, cap: float) -> None:
        self.cap = cap
        self.backoff = wait_exponential_jitter(
            initial=first, max=cap, jitter=min(first, cap) / 2 if first else 0
        )

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, FetchFailed) and error.retry_after is not None:
            return min(error.retry_after, self.cap)
        return min(self.backoff(retry_state), self.cap)
