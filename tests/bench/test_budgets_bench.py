"""Several processes, one ledger, doors that ban: a small part of the day of `make budgets`."""

from __future__ import annotations

from bench.budgets.proof import LEAST_SHARE, prove

MINUTES = 2


def test_three_processes_use_what_is_allowed_and_nobody_is_refused() -> None:
    verdict = prove(3, MINUTES * 60.0)
    found = {line.name: line for line in verdict.lines}
    assert {line.bans + line.refusals for line in verdict.lines} == {0}
    assert all(line.share >= LEAST_SHARE for line in verdict.lines), str(verdict)
    # A window that is as long as the test is open at its beginning and again at its end.
    assert found["massive"].calls <= (MINUTES + 1) * 5
    assert found["alpha_vantage"].calls <= 25
    assert str(verdict).startswith("budgets: ok: 3 processes")


def test_processes_that_count_for_themselves_are_banned() -> None:
    verdict = prove(3, MINUTES * 60.0, only=("massive", "yahoo"), apart=True)
    assert sum(line.bans for line in verdict.lines)
    assert not verdict.passed
