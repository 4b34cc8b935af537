"""Errors that a person can act on, each with its exit code."""

from __future__ import annotations

import errno

DONE = 0
NO = 1
FAILED_UNITS = 3
USAGE = 64
BAD_DATA = 65
PROVIDER_AWAY = 69
INTERNAL = 70
BUSY = 75
CONFIGURATION = 78
STOPPED = 130

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_WORDS = ("no space left", "disk quota exceeded", "file too large")


class TapehouseError(Exception):
    """Carries what went wrong, what to do next, and the exit code that says which kind it is."""

    exit_code = INTERNAL

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class UsageError(TapehouseError):
    exit_code = USAGE


class BadDataError(TapehouseError):
    exit_code = BAD_DATA


class ProviderAwayError(TapehouseError):
    exit_code = PROVIDER_AWAY


class BusyError(TapehouseError):
    exit_code = BUSY


class ConfigurationError(TapehouseError):
    exit_code = CONFIGURATION


def full_disk(error: BaseException, doing: str) -> TapehouseError | None:
    """The same clear words wherever a full disk shows, however deep a library wrapped it."""
    cause: BaseException | None = error
    while cause is not None:
        said = str(cause).lower()
        if getattr(cause, "errno", None) in FULL or any(words in said for words in FULL_WORDS):
            return TapehouseError(
                f"disk full while {doing}",
                "free some space and run again: nothing that was accepted is lost",
            )
        cause = cause.__cause__ or cause.__context__
    return None
