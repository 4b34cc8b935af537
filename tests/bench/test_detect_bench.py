"""A small year of mistakes: what `make detect` measures holds for it too."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from bench.detect import detect
from bench.detection.report import BEGIN, END, Report, rows, write_page
from bench.detection.tally import Finding, tally
from bench.detection.world import World, world

SMALL = world(seed=4, instruments=14, sessions=252, per_kind=1, hours=False)


def test_a_year_of_a_few_stocks_is_read_and_its_severe_mistakes_are_found(tmp_path: Path) -> None:
    report = detect(SMALL, tmp_path)
    missed = [
        mistake
        for number, mistake in enumerate(report.rules.mistakes)
        if mistake.severity == "severe" and number not in report.rules.found
    ]
    assert not [mistake for mistake in missed if mistake.rule != "missing_bar"]
    assert report.rules.wrong == []
    assert report.rules.crash_findings == report.rules.news_flagged == 0
    assert report.baseline.recall("severe") < 0.5
    assert report.baseline.crash_findings > 0


def test_a_finding_on_no_mistake_is_wrong_and_on_a_crash_it_counts_against_the_rules() -> None:
    crash = SMALL.moves[0].session_date
    opened_at = next(one.opens_at for one in SMALL.sessions if one.session_date == crash)
    clean = next(symbol for symbol in SMALL.symbols if not near(SMALL, symbol, opened_at))
    done = tally(SMALL, [Finding("price_spike", clean, "1d", opened_at)])
    assert (done.right_count, len(done.wrong), done.crash_findings) == (0, 1, 1)
    assert done.precision == 0
    assert not Report(4, done, done).passed


def test_a_finding_right_after_a_mistake_is_right_and_two_bars_after_wrong(tmp_path: Path) -> None:
    mistake = next(one for one in SMALL.mistakes if one.kind == "close_spike")
    days = [session.opens_at for session in SMALL.sessions]
    place = days.index(mistake.opened_at)
    findings = [Finding("price_spike", mistake.symbol, "1d", days[place + n]) for n in (0, 1, 2)]
    done = tally(SMALL, findings)
    assert (done.right_count, len(done.wrong)) == (1, 1)
    figures = next(row[5:] for row in rows([done]) if row[0] == "price_spike")
    assert figures == ("1", "1", "0.50")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_page(page, [Report(4, done, done)])
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text


def near(world: World, symbol: str, at: datetime) -> bool:
    return any(
        mistake.symbol == symbol and abs(mistake.opened_at - at) < timedelta(days=20)
        for mistake in world.mistakes
    )
