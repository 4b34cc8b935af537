"""The classes of outcomes."""

from __future__ import annotations

import pytest

from extract.outcomes import RETRYABLE, STOPS_PROVIDER, FetchFailed, Outcome


def test_the_ten_outcomes_are_those_of_the_raw_table() -> None:
    assert {str(one) for one in Outcome} == {
        "ok", "empty", "out_of_range", "throttled", "blocked", "unauthorised",
        "unknown_symbol", "delisted", "malformed", "unavailable",
    }  # fmt: skip


def test_no_outcome_both_stops_the_provider_and_is_tried_again() -> None:
    assert not RETRYABLE & STOPS_PROVIDER


@pytest.mark.parametrize("outcome", sorted(RETRYABLE))
def test_a_final_failure_is_not_tried_again(outcome: Outcome) -> None:
    assert FetchFailed(outcome, "x").retryable
    assert not FetchFailed(outcome, "x", final=True).retryable
