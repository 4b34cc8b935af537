"""An export is a run: all of its files or none, with a manifest that says what they are."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from command_line import tapehouse

from flows.exports import Exported, make
from publish import parcel
from publish.exports import formats
from publish.exports.condition import OF_THE_MOMENT
from publish.exports.export import Asked
from publish.exports.tables import DEFAULT, KEYS
from publish.exports.target import held
from publish.reader import connect
from warehouse import clock, runs
from warehouse.errors import BusyError, UsageError
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT, Settings

SOME = Asked(
    tuple(formats.MODULES), symbols=("AAPL", "BTCUSDT"), first=date(2026, 2, 1), batch_size=50
)
ONE = Asked(("csv",), ("latest_prices",))


@pytest.fixture
def shop(own_settings: Settings, demo: DataFolder) -> Settings:
    """A folder of one's own with the demo's published copy."""
    folder = own_settings.folder
    folder.prepare("sandbox")
    shutil.copyfile(demo.state / "sandbox.json", folder.state / "sandbox.json")
    copy = folder.published / demo.market.resolve().name
    shutil.copyfile(demo.market, copy)
    folder.market.symlink_to(copy.relative_to(folder.root))
    return own_settings


@pytest.fixture(scope="module")
def copy(demo: DataFolder) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(demo.market) as connection:
        yield connection


def visible(folder: DataFolder) -> list[str]:
    return sorted(path.name for path in folder.exports.iterdir())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_all_formats_of_some_symbols_come_under_one_run_with_a_manifest(shop: Settings) -> None:
    done = make(shop, SOME)
    told = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told == json.loads(json.dumps(done.manifest))
    assert (done.folder.name, told["run_id"], visible(shop.folder)) == ("000001", 1, ["000001"])
    (step,) = runs.steps(shop.folder, 1)
    assert (step.step, step.outcome, step.row_count) == ("export", "ok", done.row_count)
    for file in told["files"]:
        path = done.folder / file["name"]
        assert (file["sha256"], file["byte_count"]) == (digest(path), path.stat().st_size)
    assert {path.name for path in done.folder.iterdir()} == {
        "manifest.json", *(file["name"] for file in told["files"]),
    }  # fmt: skip
    counts = {table["name"]: table["rows"] for table in told["tables"]}
    assert list(counts) == list(DEFAULT)
    with connect(shop.folder.market) as connection:
        row = connection.execute(
            "select count(*), (select max(file_seq) from landing_files) from daily_bars"
            " where symbol in ('AAPL', 'BTCUSDT') and session_date >= '2026-02-01'"
        ).fetchone()
    assert (counts["daily_bars"], told["file_seq"]) == row
    assert counts["instruments"] == 2
    assert told["built_to_file_seq"] == told["file_seq"]
    assert Asked.read(told["arguments"]) == SOME
    assert "market_summary knows no symbols: all rows" in told["notes"]
    assert Exported(done.folder, told).row_count == sum(counts.values())


def test_an_export_as_of_an_instant_asks_the_macros(shop: Settings) -> None:
    with connect(shop.folder.market) as connection:
        (at,) = connection.execute("select max(accepted_at) from landing_files").fetchone() or ()
    done = make(shop, Asked(("csv",), ("daily_bars", "technical_indicators"), ("AAPL",), as_of=at))
    with (done.folder / "daily_bars.csv").open(encoding="utf-8", newline="") as file:
        closes = [line["close"] for line in csv.DictReader(file)]
    with connect(shop.folder.market) as connection:
        expected = connection.execute(
            f"select cast(close as varchar) from bars_as_of(timestamp '{at}')"
            " where interval = '1d' and symbol = 'AAPL' order by opened_at"
        ).fetchall()
    assert closes == [close for (close,) in expected]
    assert len(closes) > 400
    with pytest.raises(UsageError, match="in the future"):
        make(shop, Asked(("csv",), as_of=datetime(2099, 1, 1)))


def test_a_condition_narrows_rows_and_what_is_wrong_starts_no_run(shop: Settings) -> None:
    done = make(shop, Asked(("csv",), ("daily_bars",), where="symbol = 'NVDA' and close > 150"))
    assert 0 < done.row_count < 500
    for asked in (
        Asked(("csv",), ("daily_bar",)),
        Asked(("csv",), where="close > 1"),
        Asked(("csv",), where="exists (select 1)"),
        Asked(("csv",), symbols=("APPL",)),
        Asked(("csv",), first=date(2026, 3, 2), last=date(2026, 3, 1)),
    ):
        with pytest.raises(UsageError):
            make(shop, asked)
    assert runs.run_ids(shop.folder) == [1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_export_leaves_nothing_to_see(shop: Settings, number: signal.Signals) -> None:
    folder = shop.folder
    command = [sys.executable, "-m", "cli", "export", "--format", "xlsx,csv"]
    with subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) as process:
        part = folder.exports / ".000001.tmp"
        until = clock.monotonic() + 60
        while not (part / "daily_bars.csv").exists() and clock.monotonic() < until:
            clock.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    left = visible(folder)
    if number == signal.SIGINT:
        assert (process.returncode, left) == (130, []), said
    else:
        assert left == [part.name]
        assert [step.outcome for step in runs.steps(folder, 1)] == ["killed"]
    make(shop, ONE)
    assert visible(folder) == ["000002"]


def test_what_a_living_export_writes_is_not_swept(shop: Settings) -> None:
    run = runs.Run.start(shop.folder)
    part = shop.folder.exports / f".{run.run_id:06d}.tmp"
    part.mkdir()
    try:
        assert parcel.sweep(shop.folder) == []
        assert part.exists()
    finally:
        run.end()
    assert parcel.sweep(shop.folder) == [part.name]


def test_one_file_goes_where_a_person_wants_it(shop: Settings, tmp_path: Path) -> None:
    target = tmp_path / "prices.csv"
    target.write_text("old")
    stray = tmp_path / ".prices.csv.000007.tmp"
    stray.write_text("left by a kill")
    done = make(shop, ONE, target)
    (file,) = done.manifest["files"]
    assert (file["path"], file["sha256"]) == (str(target), digest(target))
    assert target.read_text(encoding="utf-8").startswith('"instrument_id","symbol",')
    assert [path.name for path in done.folder.iterdir()] == ["manifest.json"]
    assert not stray.exists()


def test_a_file_that_somebody_has_open_is_left_alone(shop: Settings, tmp_path: Path) -> None:
    target = tmp_path / "prices.csv"
    target.write_text("open in a spreadsheet")
    (tmp_path / ".~lock.prices.csv#").write_text(",somebody,here")
    done = make(shop, ONE, target)
    assert target.read_text() == "open in a spreadsheet"
    other = tmp_path / "prices-000001.csv"
    assert done.manifest["files"][0]["path"] == str(other)
    assert done.manifest["files"][0]["sha256"] == digest(other)
    assert (
        "is open or cannot be replaced: written to prices-000001.csv" in done.manifest["notes"][0]
    )


def test_two_exports_into_one_file_do_not_meet(shop: Settings, tmp_path: Path) -> None:
    target = tmp_path / "prices.csv"
    with held(shop.folder, target, 0), pytest.raises(BusyError, match="export to"):
        make(shop, ONE, target)
    assert not target.exists()


@pytest.mark.parametrize(
    ("asked", "name", "said"),
    [
        (Asked(("csv",)), "all.csv", "csv makes a file a table"),
        (Asked(("csv", "sql")), "all.csv", "-o takes one format"),
        (ONE, "", "is a folder"),
        (ONE, "no/where.csv", "there is no folder"),
    ],
)
def test_what_does_not_fit_into_one_file_is_told(
    shop: Settings, tmp_path: Path, asked: Asked, name: str, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        make(shop, asked, tmp_path / name)
    assert visible(shop.folder) == []


def test_an_open_copy_in_the_same_process_does_not_stand_in_the_way(shop: Settings) -> None:
    with connect(shop.folder.market):
        assert make(shop, ONE).row_count > 20


def test_rows_are_told_apart_by_their_keys(copy: duckdb.DuckDBPyConnection) -> None:
    wrong = []
    for table, key in KEYS.items():
        names = ", ".join(key)
        row = copy.execute(f"select count(*), count(distinct ({names})) from {table}").fetchone()
        assert row
        if row[0] != row[1]:
            wrong.append((table, *row))
    assert not wrong, wrong


def test_no_table_of_a_default_export_depends_on_the_moment(
    copy: duckdb.DuckDBPyConnection,
) -> None:
    """A table is what a build made of landing; a view says in its SQL what it is made of."""
    views = dict(
        copy.execute("select view_name, sql from duckdb_views() where not internal").fetchall()
    )
    unstable = copy.execute(
        "select distinct function_name from duckdb_functions() where stability <> 'CONSISTENT'"
        " and function_name not in ('error')"
    ).fetchall()
    called = "|".join(OF_THE_MOMENT | {name for (name,) in unstable})
    moment = re.compile(rf"\b(?:{called})\s*\(|\bcurrent_timestamp\b", re.IGNORECASE)
    looked_at: set[str] = set()
    coming = [name for name in DEFAULT if name in views]
    while coming:
        name = coming.pop()
        looked_at.add(name)
        named = set(re.findall(r"\w+", views[name])) & views.keys()
        coming += named - looked_at
    assert "technical_indicators" in looked_at
    wrong = {name: found for name in looked_at if (found := moment.findall(views[name]))}
    assert not wrong, wrong


def test_the_command_writes_tells_and_refuses(shop: Settings, tmp_path: Path) -> None:
    data = shop.folder.root
    done = tapehouse(data, "export", "-t", "latest_prices,instruments", "-f", "csv,parquet")
    assert "Export 1 of market-000001.duckdb" in done.stdout
    assert "latest_prices.parquet" in done.stdout
    assert "exports/000001" in done.stdout
    refused = tapehouse(data, "export", "--where", "close > (select 1)", check=False)
    assert (refused.returncode, "a question within" in refused.stderr) == (64, True)
    unnamed = tapehouse(data, "export", "-o", str(tmp_path / "x.doc"), check=False)
    assert (unnamed.returncode, "does not tell its format" in unnamed.stderr) == (64, True)
