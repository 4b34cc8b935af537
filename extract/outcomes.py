"""How a call to a provider can end, which endings are tried again, and which stop the provider."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    OK = "ok"
    EMPTY = "empty"
    OUT_OF_RANGE = "out_of_range"
    THROTTLED = "throttled"
    BLOCKED = "blocked"
    UNAUTHORISED = "unauthorised"
    UNKNOWN_SYMBOL = "unknown_symbol"
    DELISTED = "delisted"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"


RETRYABLE = frozenset({Outcome.THROTTLED, Outcome.UNAVAILABLE, Outcome.MALFORMED})
STOPS_PROVIDER = frozenset({Outcome.BLOCKED, Outcome.UNAUTHORISED})
PROVIDER_AWAY = frozenset({Outcome.THROTTLED, Outcome.UNAVAILABLE})

# A garbled answer is asked for once more (it may have been cut); a second one will not get better.
MALFORMED_ATTEMPTS = 2


class FetchFailed(Exception):
    """Ends a work unit with an outcome; `final` says that asking again cannot help."""

    def __init__(
        self,
        outcome: Outcome,
        detail: str,
        retry_after: float | None = None,
        *,
        final: bool = False,
    ) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
        self.retry_after = retry_after
        self.final = final

    @property
    def retryable(self) -> bool:
        return self.outcome in RETRYABLE and not self.final
