"""Clear words for a full disk, whichever library met it."""

from __future__ import annotations

import errno

import pytest

from warehouse.errors import full_disk

COMMIT = (
    'Failed to commit: Could not write file "/data/warehouse.duckdb.wal": No space left on device'
)


def wrapped(error: Exception) -> Exception:
    try:
        try:
            raise error
        except Exception as cause:
            raise RuntimeError("could not write") from cause
    except RuntimeError as outer:
        return outer


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "no room"),
        wrapped(OSError(errno.EDQUOT, "quota")),
        # dbt hands on DuckDB's words alone.
        Exception(f"Runtime Error in model daily_bars: {COMMIT}"),
        Exception("IO Error: Could not write file: File too large"),
    ],
    ids=["an error number", "wrapped", "words", "a limit"],
)
def test_a_full_disk_is_known(error: Exception) -> None:
    told = full_disk(error, "building in /data")
    assert told
    assert told.message == "disk full while building in /data"
    assert "free some space" in told.next_step


def test_other_errors_are_not_taken_for_one() -> None:
    assert full_disk(OSError(errno.EACCES, "Permission denied"), "building") is None
