"""A small market of disagreeing providers: what `make agree` measures holds for it too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.agreement import kinds, report
from bench.agreement.__main__ import agree, world
from bench.agreement.kinds import KINDS, Kind
from bench.agreement.scatter import Answer, Label, World, expected
from bench.agreement.tally import Score, Tally

SEED = 5
FIVE = ["yahoo", "massive", "fmp", "alpha_vantage", "file_drop"]


@pytest.fixture(scope="module")
def small() -> World:
    return world(SEED, instruments=14, sessions=100, per_kind=2)


def kind(name: str) -> Kind:
    return next(one for one in KINDS if one.name == name)


def test_every_kind_of_disagreement_is_called_by_its_name(small: World, tmp_path: Path) -> None:
    done = agree(small, SEED, tmp_path)
    assert set(done.kinds) == {one.name for one in KINDS} | {"two at a time"}
    assert done.all.count > 100
    assert done.all.right_class >= 0.98 * done.all.count, done.wrong
    assert done.all.right_cause >= 0.97 * done.all.count, done.wrong
    assert done.all.right_outvoted >= 0.98 * done.all.count, done.wrong
    assert done.undisturbed > 10 * done.all.count
    assert len(done.alarms) <= 3, done.alarms


def test_spoiled_bars_differ_from_what_the_provider_saw(small: World) -> None:
    calm = world(SEED, instruments=14, sessions=100, per_kind=0)
    for (sheet, instrument, bar), labels in small.labels.items():
        for label in labels:
            spoiled = small.sheets[sheet].seen[label.provider][instrument, bar]
            seen = calm.sheets[sheet].seen[label.provider][instrument, bar]
            assert not np.array_equal(spoiled, seen), (label, bar)


def test_a_label_says_class_cause_and_who_is_outvoted() -> None:
    lots = Label("fmp", kind("lots"))
    high = Label("yahoo", kind("high moved"))
    pence = Label("massive", kind("hundredths"))
    crossed = Label("fmp", kind("high for low"))
    assert expected([lots], FIVE) == Answer("volume_only", frozenset({"volume_units"}), "fmp")
    assert expected([lots], FIVE[:2]) == Answer("volume_only", frozenset({"volume_units"}), None)
    assert expected([lots, high], FIVE) == Answer("conflict", frozenset({"one_price"}), "yahoo")
    both = expected([pence, high], FIVE)
    assert both == Answer("conflict", frozenset({"one_price"}), "massive, yahoo")
    assert expected([pence, high], FIVE[:4]).outvoted is None
    assert expected([crossed], FIVE[:3]) == Answer("agree", frozenset({None}), None)
    assert expected([crossed], ["fmp", "yahoo"]).class_ == "single"


def test_moves_within_the_noise_are_never_labelled() -> None:
    before = np.array([[100.0, 101.0, 99.0, 100.0, 1000.0]])
    ticks = np.full_like(before, 0.01)
    after = before.copy()
    after[0, 1] = 101.2
    assert not kinds.is_visible(kind("high moved"), before, after, ticks)
    after[0, 1] = 101.3
    assert kinds.is_visible(kind("high moved"), before, after, ticks)


def test_a_market_called_wrongly_falls_short_and_is_written_to_the_page(tmp_path: Path) -> None:
    wrong = Score(count=100, right_class=98, right_cause=100, right_outvoted=100)
    wrong.classes.update(conflict=100)
    right = Score(count=100, right_class=99, right_cause=99, right_outvoted=99)
    assert not report.passed(Tally(1, {"stale": wrong}, undisturbed=1000))
    assert report.passed(Tally(1, {"stale": right}, undisturbed=1000))
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n", encoding="utf-8")
    report.write_page(page, [Tally(1, {"stale": wrong}, undisturbed=1000)])
    text = page.read_text(encoding="utf-8")
    assert "| stale | 100 |  |  |  | 100 |  | 0.980 | 1.000 | 1.000 |" in text
    assert text.startswith("before\n")
    assert text.endswith(f"{report.END}\nafter\n")
    assert "old" not in text
