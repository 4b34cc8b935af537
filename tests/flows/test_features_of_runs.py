"""What becomes known later, a correction or a split, moves no byte of features as of before."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from extract.plan import Choice
from flows.origin import pointed_at
from flows.run import run
from publish import open_market
from publish.features.export import Asked, export
from publish.features.instant import known
from publish.features.rows import rows
from publish.features.split import FILES, Cut
from sandbox import Exchange
from warehouse import clock, dbt_runner
from warehouse.folder import DataFolder
from warehouse.lock import writer
from warehouse.settings import Settings

CHOICE = Choice(symbols=("AAPL", "TSM", "SPX"), intervals=("1d",))
BEFORE, AFTER = datetime(2026, 2, 13, 22, 0), datetime(2026, 2, 19, 15, 0)
ASKED = Asked(Cut(date(2025, 9, 1), 5), ("price", "volume", "index"), ("AAPL", "TSM"))
# AAPL's 13th is corrected on the 17th; TSM splits 2:1 that day, which all bars before are read by.
PLANTED = {
    "kind": "restated", "symbol": "AAPL", "on": "2026-02-13",
    "until": "2026-02-17T12:00", "value": "1.01 0.9",
}  # fmt: skip
SELECTED = (
    "--select", "+feature_bars_as_of", "int_indicators_planned", "+restatements", "landing_files",
    "--exclude", "test_type:data", "--exclude-resource-type", "unit_test",
)  # fmt: skip


def build(folder: DataFolder) -> None:
    with writer(folder.root, "test"):
        assert dbt_runner.invoke(folder, "dev", ["build", *SELECTED]).success


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[DataFolder, Path]:
    """A warehouse that lived through both, and the features that it gave before."""
    folder = DataFolder(tmp_path_factory.mktemp("features") / "data")
    folder.prepare("sandbox")
    with Exchange(now=BEFORE, events=[PLANTED]) as exchange:
        for now in (BEFORE, AFTER):
            exchange.set_clock(now)
            clock.use(exchange.now)
            settings = pointed_at(Settings(data_dir=folder.root), exchange.url)
            settings.sandbox.url = exchange.url
            report = run(settings, ("extract", "load"), CHOICE)
            assert not report.errors
            build(folder)
            if now == BEFORE:
                written(folder, folder.root / "before")
    clock.use(None)
    return folder, folder.root / "before"


def written(folder: DataFolder, target: Path) -> dict[str, str]:
    """SHA-256 of each file as of the evening of the first run."""
    clock.use(lambda: AFTER)
    with open_market(folder.warehouse).connection as connection:
        at = known(connection, datetime(2026, 2, 14))
        export(connection, "copy", at, ASKED, target)
    return digests(target)


def digests(target: Path) -> dict[str, str]:
    return {
        name: hashlib.sha256((target / f"{name}.parquet").read_bytes()).hexdigest()
        for name in FILES
    }


def test_a_second_run_brought_a_correction_and_a_split(lived: tuple[DataFolder, Path]) -> None:
    folder, _ = lived
    with open_market(folder.warehouse).connection as connection:
        restated = connection.execute(
            "select distinct symbol, session_date::varchar from restatements"
        ).fetchall()
        splits = connection.execute(
            "select count(*) from corporate_action_versions where action = 'split'"
            " and ex_date = date '2026-02-17' and provider = 'yahoo'"
        ).fetchall()
    assert restated == [("AAPL", "2026-02-13")]
    assert splits == [(1,)]


def test_features_as_of_before_are_the_same_bytes_after(
    lived: tuple[DataFolder, Path], tmp_path: Path
) -> None:
    folder, before = lived
    assert written(folder, tmp_path / "after") == digests(before)


def test_a_correction_shows_from_when_it_was_known_and_in_no_row_before_its_bar(
    lived: tuple[DataFolder, Path],
) -> None:
    folder, _ = lived

    def of_aapl(at: datetime) -> dict[date, dict[str, Any]]:
        with open_market(folder.warehouse).connection as connection:
            found = rows(connection, at, ("price",), ("AAPL",)).table
        return {row["date"]: row for row in found.to_pylist()}

    then, now = of_aapl(datetime(2026, 2, 14)), of_aapl(AFTER.replace(hour=16))
    moved = {day for day in then if then[day] != now[day]}
    assert moved == {date(2026, 2, 13)}
    assert now[date(2026, 2, 13)]["known_at"] > datetime(2026, 2, 17)


def test_a_split_moves_no_feature_of_the_bars_before_it(lived: tuple[DataFolder, Path]) -> None:
    """The level is halved; features are shares of it, alike to the rounding of the prices."""
    folder, _ = lived
    with open_market(folder.warehouse).connection as connection:
        then = rows(connection, datetime(2026, 2, 14), ("price",), ("TSM",))
        now = rows(connection, AFTER.replace(hour=16), ("price",), ("TSM",))
    held, later = then.table.to_pylist(), now.table.to_pylist()[: then.table.num_rows]
    assert {
        round(one["close"] / two["close"], 6) for one, two in zip(held, later, strict=True)
    } == {2}
    for one in then.features:
        for here, there in zip(held, later, strict=True):
            assert (here[one.name] is None) == (there[one.name] is None)
            assert here[one.name] == pytest.approx(there[one.name], rel=1e-4, abs=1e-5), one.name
