"""The weekly report as a run: journalled, whole or not there, and of the week that just ended."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from flows.reporting import allowances, weekly_report
from publish import open_market
from publish.report.queries import newest_session
from publish.report.week import Week, between, parsed
from publish.report.write import check
from warehouse import runs
from warehouse.errors import TapehouseError, UsageError
from warehouse.folder import DataFolder
from warehouse.settings import Settings


@pytest.fixture
def published(demo: DataFolder, own_settings: Settings) -> Settings:
    """A sandbox folder with the demo's published copy and nothing to write into."""
    folder = own_settings.folder
    folder.prepare("sandbox")
    shutil.copyfile(demo.state / "sandbox.json", folder.state / "sandbox.json")
    copy = folder.published / demo.market.resolve().name
    shutil.copyfile(demo.market, copy)
    copy.chmod(0o444)
    folder.market.symlink_to(copy.relative_to(folder.root))
    return own_settings


@contextmanager
def changed(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The test's own copy, open for writing."""
    copy = settings.folder.market.resolve()
    copy.chmod(0o644)
    with duckdb.connect(str(copy)) as connection:
        yield connection


def test_a_report_is_a_run_of_its_own_with_its_files_under_its_number(published: Settings) -> None:
    folder = published.folder
    before = {path: path.stat().st_mtime_ns for path in folder.published.iterdir()}
    done = weekly_report(published)
    (run_id,) = runs.run_ids(folder)
    assert done.folder == folder.exports / f"{run_id:06d}"
    assert sorted(path.name for path in done.folder.iterdir()) == [
        "manifest.json", "report.html", "report.xlsx",
    ]  # fmt: skip
    (step,) = runs.steps(folder, run_id)
    assert (step.step, step.outcome) == ("report", "ok")
    assert step.row_count == done.manifest["files"][0]["rows"]
    assert done.manifest["published_copy"] == folder.market.resolve().name
    assert (done.manifest["origin"], done.manifest["week"]) == ("sandbox", "2026-W11")
    text = done.page.read_text(encoding="utf-8")
    assert "<h1>Market week 2026-W11</h1>" in text
    assert "9 March to 15 March 2026" in text
    # It only reads: no warehouse was made, and the copy is as it was.
    assert not folder.warehouse.exists()
    assert {path: path.stat().st_mtime_ns for path in folder.published.iterdir()} == before


def test_the_newest_session_is_that_of_a_market_with_weekends(published: Settings) -> None:
    """Days of crypto that were fetched on a Monday do not begin a new week."""
    with changed(published) as connection:
        connection.execute(
            "update daily_bars set session_date = '2026-03-16' "
            "where symbol = 'BTCUSDT' and session_date = '2026-03-10'"
        )
    with open_market(published.folder.market).connection as connection:
        assert newest_session(connection) == date(2026, 3, 10)


def test_nothing_published_is_said_and_begins_no_run(own_settings: Settings) -> None:
    with pytest.raises(TapehouseError, match="nothing is published yet"):
        weekly_report(own_settings)
    assert runs.run_ids(own_settings.folder) == []
    assert own_settings.folder.origin is None


def test_a_report_that_fails_leaves_a_failed_step_and_no_file(published: Settings) -> None:
    blocked = published.folder.exports
    blocked.rmdir()
    blocked.write_text("a file where the folder of exports should be")
    with pytest.raises(TapehouseError, match=r"cannot write the report into .*exports"):
        weekly_report(published)
    (step,) = runs.steps(published.folder, 1)
    assert step.outcome == "failed"
    assert blocked.read_text() == "a file where the folder of exports should be"


def test_a_copy_of_an_older_release_is_told_what_to_do(published: Settings) -> None:
    with changed(published) as connection:
        connection.execute("drop table market_breadth")
    with pytest.raises(TapehouseError, match="lacks what a report is made of") as caught:
        weekly_report(published)
    assert "tapehouse build" in caught.value.next_step
    assert not list(published.folder.exports.iterdir())


def test_a_folder_of_somebody_else_is_refused_before_a_run_begins(
    published: Settings, tmp_path: Path
) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match=r"letter\.txt"):
        weekly_report(published, output=tmp_path / "theirs")
    assert runs.run_ids(published.folder) == []
    span = between(date(2019, 7, 1), date(2019, 7, 3))
    done = weekly_report(published, span, tmp_path / "mine")
    assert done.manifest["week"] == "2019-07-01 to 2019-07-03"
    assert json.loads((tmp_path / "mine" / "manifest.json").read_text())["run_id"] == 1
    check(done.folder)


def test_limits_are_those_of_the_plans_that_are_set(own_settings: Settings) -> None:
    own = own_settings.model_copy(deep=True)
    own.providers.fmp.plan = "free"
    found = {(one.provider, one.seconds): one for one in allowances(own)}
    assert (found["fmp", 86_400].plan, found["fmp", 86_400].calls) == ("free", 250)
    assert found["yahoo", 60].calls == 60
    # Binance weighs its calls by the minute and counts them by five.
    assert ("binance", 60) not in found
    assert found["binance", 300].calls == 61_000


@pytest.mark.parametrize(
    ("text", "first", "name"),
    [
        ("2026-W11", datetime(2026, 3, 9), "2026-W11"),
        ("2026w1", datetime(2025, 12, 29), "2026-W01"),
        ("2020-W53", datetime(2020, 12, 28), "2020-W53"),
    ],
)
def test_a_week_is_the_iso_calendars(text: str, first: datetime, name: str) -> None:
    found = parsed(text)
    assert found.first == first.date()
    assert found.name == name
    assert len(found.days) == 7


@pytest.mark.parametrize("text", ["2026-W54", "2025-W53", "W11", "2026-11", "", "0000-W00"])
def test_what_is_no_week_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a week"):
        parsed(text)


def test_a_span_has_an_end_after_its_start_and_is_about_a_week() -> None:
    assert between(date(2026, 3, 9), date(2026, 3, 15)).name == "2026-W11"
    assert Week(date(2025, 12, 29), date(2026, 1, 4)).words == "29 December 2025 to 4 January 2026"
    with pytest.raises(UsageError, match="before"):
        between(date(2026, 3, 9), date(2026, 3, 8))
    with pytest.raises(UsageError, match="longer"):
        between(date(2026, 1, 1), date(2026, 3, 8))
