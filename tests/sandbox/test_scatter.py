"""Mistakes are spread so that each can be told from the next, and always in the same way."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from itertools import pairwise

import pytest

from sandbox import Mistake
from sandbox.listings import simulated
from sandbox.mistakes import KINDS, SEVERITIES, scatter
from sandbox.sessions import days_since_epoch, sessions_of
from sandbox.truth import INTERVALS, Truth

YEAR = date(2025, 3, 10), date(2026, 3, 9)
LISTINGS = simulated(50)


def places(mistakes: list[Mistake]) -> dict[str, list[tuple[int, Mistake]]]:
    """By instrument, with the number of the daily bar counted from the first of the year."""
    sessions = sessions_of(LISTINGS[0])
    begin = int(sessions.dates.searchsorted(days_since_epoch(YEAR[0])))
    found: dict[str, list[tuple[int, Mistake]]] = {}
    for one in mistakes:
        at = int(sessions.dates.searchsorted(days_since_epoch(one.opened_at.date()))) - begin
        found.setdefault(one.symbol, []).append((at, one))
    return found


def test_there_are_twenty_kinds_and_more_with_a_rule_and_a_meaning() -> None:
    assert len(KINDS) >= 20
    for name, kind in KINDS.items():
        assert kind.rule, name
        assert kind.about, name
        assert len(set(kind.sizes)) == len(SEVERITIES), name


@pytest.mark.parametrize("count", [1, 3])
def test_each_kind_comes_so_often_at_each_severity(count: int) -> None:
    found = Counter(
        (one.kind, one.severity) for one in scatter(LISTINGS, *YEAR, 1, per_kind_and_severity=count)
    )
    daily = [kind for kind in KINDS if "1d" in KINDS[kind].intervals]
    assert found == {(kind, severity): count for kind in daily for severity in SEVERITIES}


def test_mistakes_keep_apart_and_leave_the_ends_alone() -> None:
    for found in places(scatter(LISTINGS, *YEAR, 2, 3)).values():
        assert found[0][0] >= 70
        assert found[-1][0] + found[-1][1].bars <= 251 - 10
        for (at, one), (then, _) in pairwise(found):
            assert then - (at + one.bars) >= 10


def test_a_mistake_of_the_whole_answer_is_alone() -> None:
    for found in places(scatter(LISTINGS, *YEAR, 2, 3)).values():
        if any(one.of.whole_answer for _, one in found):
            assert len(found) == 1


def test_late_ones_have_their_instant_and_no_others() -> None:
    late_at = datetime(2026, 4, 2)
    for one in scatter(LISTINGS, *YEAR, 2, 1, late_at=late_at):
        assert one.active_at == (late_at if one.of.late else None)
    default = {one.active_at for one in scatter(LISTINGS, *YEAR, 2, 1) if one.of.late}
    assert default == {datetime(2026, 4, 8)}


def test_the_seed_decides() -> None:
    assert scatter(LISTINGS, *YEAR, 3, 2) == scatter(LISTINGS, *YEAR, 3, 2)
    assert scatter(LISTINGS, *YEAR, 3, 2) != scatter(LISTINGS, *YEAR, 4, 2)


@pytest.mark.parametrize("interval", ["5m", "1h"])
def test_intraday_mistakes_stand_on_bars_of_the_truth(interval: str, truth: Truth) -> None:
    month = date(2026, 1, 5), date(2026, 2, 27)
    found = scatter(LISTINGS[:20], *month, 1, 1, interval=interval)
    assert {one.kind for one in found} == {
        kind for kind in KINDS if interval in KINDS[kind].intervals
    }
    for one in found:
        assert one.opened_at.minute * 60 % (INTERVALS[interval] * 60) in (0, 1800)
        assert truth.bars(one.symbol, interval, one.opened_at, one.opened_at.replace(second=1))


def test_too_many_for_the_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="room"):
        scatter(LISTINGS[:10], *YEAR, 1, 3)
    with pytest.raises(ValueError, match="of their own"):
        scatter(LISTINGS[:3], *YEAR, 1, 1)


@pytest.fixture(scope="module")
def truth() -> Truth:
    from sandbox.market import Market

    return Truth(Market(7))
