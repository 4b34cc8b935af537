"""What was known at an instant is what a warehouse shows that got nothing after it."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from bench.as_of import ASKED, SHOWN
from tests.dbt_project.raw_rows import RawRows
from tests.dbt_project.test_version_walk import FIRST, land_history

SELECTED = (
    "--select", "tag:staging", "+technical_indicators", "+intraday_bars", "+instruments",
    "tag:as_of", "--exclude", "test_type:data",
)  # fmt: skip
BEGUN = datetime(2024, 1, 11)
Shown = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[RawRows, list[tuple[datetime, Shown]]]:
    """Splits told early and late, corrections and noise, and what was shown on four of the days."""
    drawn = random.Random(11)
    raw = RawRows(tmp_path_factory.mktemp("asof"))
    raw.land("calendar_sessions", raw.sessions("XNAS", FIRST, date(2024, 3, 1)), BEGUN)
    land_history(raw, drawn, with_hours=True)
    pending, raw.pending = raw.pending, []
    files = len(pending) // 2
    kept: list[tuple[datetime, Shown]] = []
    for first, last in pairwise([0, files // 3, files // 2, files - 9, files]):
        raw.pending = pending[2 * first : 2 * last]
        known_at = raw.pending[-2][1][0]["accepted_at"]
        raw.build(*SELECTED)
        kept.append((known_at, {name: shown(raw, SHOWN[name].format("")) for name in SHOWN}))
    return raw, kept


def shown(raw: RawRows, query: str) -> list[tuple[Any, ...]]:
    return sorted(raw.rows(query), key=lambda row: str(row[:5]))


def alike(found: list[tuple[Any, ...]], held: list[tuple[Any, ...]]) -> bool:
    """Answers are computed as SQL, the table by the kernel: their doubles differ in last digits."""
    if len(found) != len(held):
        return False
    return all(
        one == other
        or (
            isinstance(one, float | Decimal)
            and isinstance(other, float | Decimal)
            and math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-11)
        )
        for row, kept in zip(found, held, strict=True)
        for one, other in zip(row, kept, strict=True)
    )


@pytest.mark.parametrize("name", ASKED)
def test_an_answer_as_of_an_instant_is_what_was_shown_then(
    lived: tuple[RawRows, list[tuple[datetime, Shown]]], name: str
) -> None:
    raw, kept = lived
    drawn = random.Random(name)
    answers = []
    for known_at, held in kept:
        later = min(
            at
            for (at,) in [*raw.rows("select accepted_at from raw.landing_files"), (datetime.max,)]
            if at > known_at
        )
        room = min(later - known_at, timedelta(hours=9)) - timedelta(microseconds=1)
        for instant in (known_at, known_at + drawn.random() * room, known_at + room):
            asked = ASKED[name].replace("?", f"timestamp '{instant}'")
            assert alike(shown(raw, asked), held[name]), instant
        answers.append(str(held[name]))
    assert len(set(answers)) == (1 if name == "universe" else len(kept))


def test_days_out_of_hours_were_among_what_was_asked(
    lived: tuple[RawRows, list[tuple[datetime, Shown]]],
) -> None:
    _, kept = lived
    shown = [{row[0] for row in held["bars"] if "derived:yahoo" in row} for _, held in kept]
    assert "1d" in shown[0]
