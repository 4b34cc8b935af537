"""A short quarter lived through: every hole found, healed or settled, nothing asked in vain."""

from __future__ import annotations

from pathlib import Path

from bench.gaps import live_through


def test_holes_and_outages_are_found_and_healed_and_final_bars_left_alone(tmp_path: Path) -> None:
    findings = live_through(tmp_path / "data", instruments=12, sessions=8, troubles=60)
    assert findings.wrong == []
    assert findings.found == findings.troubles == 60
    assert findings.healed == findings.healable > 60
    assert findings.settled == findings.permanent > 5
    assert findings.requests > 100
    assert findings.for_final_bars == 0
