"""Compacted landing holds the very rows that were accepted, and everybody finds them there."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from bars import binance_bars, yahoo_bars

from extract import raw_tables
from extract.compaction import healing, joining, moving, packing
from extract.landing import Landing
from warehouse import clock, database
from warehouse.errors import BadDataError, BusyError, TapehouseError
from warehouse.folder import DataFolder
from warehouse.lock import FileLock

DAYS = 3
BEFORE = date(2026, 3, 12)
NOW = datetime(2026, 3, 12, 15, 0)


@pytest.fixture(params=["parquet", "csv"])
def landing(folder: DataFolder, request: pytest.FixtureRequest) -> Iterator[Landing]:
    """Three days of small files, the last of them today, all of it loaded."""
    landing = Landing(folder, request.param)
    for number in range(6):
        at = NOW - timedelta(days=DAYS - 1 - number // 2, hours=-number)
        clock.use(lambda at=at: at)  # type: ignore[misc]
        landing.accept(
            number, [("binance_bars", binance_bars(first=number)), ("yahoo_bars", yahoo_bars())]
        )
    raw_tables.load(folder, landing)
    yield landing
    clock.use(None)


def compact(landing: Landing, before: date = BEFORE, dry_run: bool = False) -> joining.Compacted:
    with moving.tidier(landing.folder):
        healing.heal_held(landing)
        return joining.compact(landing, 9, before, dry_run)


def state(folder: DataFolder) -> dict[str, bytes]:
    return {
        path.relative_to(folder.landing).as_posix(): path.read_bytes()
        for path in sorted(folder.landing.rglob("*"))
        if path.is_file()
    }


def raw(folder: DataFolder) -> dict[str, str]:
    with database.connect(folder.warehouse) as connection:
        return {
            table: repr(connection.execute(f"select * from raw.{table} order by all").fetchall())
            for table in ("landing_files", "binance_bars", "yahoo_bars")
        }


def loaded_anew(folder: DataFolder) -> dict[str, str]:
    folder.warehouse.unlink()
    raw_tables.load(folder, Landing(folder))
    return raw(folder)


def test_finished_days_become_one_file_for_each_table_and_lose_nothing(
    folder: DataFolder, landing: Landing
) -> None:
    before = raw(folder)
    rows = {
        line.file_seq: repr(landing.read(line).to_pylist()) for line in landing.manifest.lines()
    }
    manifest = landing.manifest.path.read_bytes()
    done = compact(landing)
    assert {name: (one.days, one.files, one.files_after) for name, one in done.tables.items()} == {
        "binance_bars": (2, 4, 2),
        "yahoo_bars": (2, 4, 2),
    }
    assert landing.manifest.path.read_bytes() == manifest
    assert [name for name in state(folder) if "/2026-03-1" in name] == [
        "binance_bars/2026-03-10/compacted-000001.parquet",
        "binance_bars/2026-03-11/compacted-000002.parquet",
        f"binance_bars/2026-03-12/000000009.{landing.format}",
        f"binance_bars/2026-03-12/000000011.{landing.format}",
        "yahoo_bars/2026-03-10/compacted-000003.parquet",
        "yahoo_bars/2026-03-11/compacted-000004.parquet",
        f"yahoo_bars/2026-03-12/000000010.{landing.format}",
        f"yahoo_bars/2026-03-12/000000012.{landing.format}",
    ]
    fresh = Landing(folder)
    for line in fresh.manifest.lines():
        assert fresh.damage(line) is None
        assert repr(fresh.read(line).to_pylist()) == rows[line.file_seq]
    assert loaded_anew(folder) == before


def test_compacting_twice_changes_no_byte(folder: DataFolder, landing: Landing) -> None:
    compact(landing)
    once = state(folder)
    assert compact(landing).files == 0
    assert compact(Landing(folder)).files == 0
    assert state(folder) == once


def test_a_dry_run_tells_and_changes_nothing(folder: DataFolder, landing: Landing) -> None:
    before = state(folder)
    told = compact(landing, dry_run=True)
    assert told.files == 8
    assert state(folder) == before
    assert compact(landing).files == told.files


def test_what_is_not_loaded_or_not_sound_stays_as_it_was(
    folder: DataFolder, landing: Landing
) -> None:
    clock.use(lambda: NOW + timedelta(days=1))
    (late,) = landing.accept(7, [("binance_bars", binance_bars())])
    hurt = next(landing.manifest.lines())
    path = folder.landing / hurt.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = compact(landing, date(2026, 3, 20))
    assert [name for name, _ in done.damaged] == [hurt.path]
    assert landing.moved.of(hurt.file_seq) is None
    assert landing.moved.of(late.file_seq) is None
    assert (folder.landing / late.path).exists()
    assert path.exists()
    assert done.files == 11


def test_a_compacted_file_that_was_changed_is_noticed_and_never_loaded(
    folder: DataFolder, landing: Landing
) -> None:
    compact(landing)
    move = landing.moved.moves()[0]
    assert move.path
    path = folder.landing / move.path
    whole = path.read_bytes()
    draw = random.Random(4)
    lines = [line for line in landing.manifest.lines() if line.file_seq in dict(move.files)]
    for _ in range(40):
        at, bit = draw.randrange(len(whole)), 1 << draw.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        assert all(Landing(folder).damage(line) for line in lines)
    folder.warehouse.unlink()
    done = raw_tables.load(folder, Landing(folder))
    assert [name for name, _ in done.damaged] == [line.path for line in lines]
    assert "compacted-000001" in done.damaged[0][1]
    path.write_bytes(whole)
    assert Landing(folder).damage(lines[0]) is None


def test_a_line_taken_out_of_the_record_is_noticed(folder: DataFolder, landing: Landing) -> None:
    compact(landing)
    lines = landing.moved.path.read_bytes().splitlines(keepends=True)
    landing.moved.path.write_bytes(b"".join([lines[0], *lines[2:]]))
    with pytest.raises(BadDataError, match=r"moves\.jsonl, line 2"):
        Landing(folder).moved.moves()


def test_rows_that_do_not_come_back_equal_stop_it_before_anything_goes(
    folder: DataFolder, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, write = state(folder), packing.write
    monkeypatch.setattr(packing, "write", lambda path, table: write(path, table.slice(1)))
    with pytest.raises(BadDataError, match="does not hold the rows"):
        compact(landing)
    assert state(folder) == before


def test_a_full_disk_ends_in_words_and_the_next_one_goes_on(
    folder: DataFolder, landing: Landing
) -> None:
    clock.use(lambda: NOW + timedelta(days=1))
    landing.accept(8, [("binance_bars", binance_bars(20_000))])
    raw_tables.load(folder, landing)
    before = raw(folder)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, hard))
    try:
        with pytest.raises(TapehouseError, match=r"disk full while landing in .* bytes free"):
            compact(landing, date(2026, 3, 20))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(folder.landing.rglob("*.tmp"))
    moved = sum(len(move.files) for move in landing.moved.moves())
    assert compact(landing, date(2026, 3, 20)).files == 13 - moved
    assert loaded_anew(folder) == before


def test_one_at_a_time_tidies_and_healing_leaves_it_alone(
    folder: DataFolder, landing: Landing
) -> None:
    stray = folder.landing / "yahoo_bars" / "2026-03-10" / "compacted-000001.parquet"
    stray.write_bytes(b"written, and killed before it came on record")
    with FileLock(folder.state / "tidy.lock").held():
        with pytest.raises(BusyError):
            compact(landing)
        assert healing.heal(landing) == []
    assert healing.heal(landing) == ["yahoo_bars/2026-03-10/compacted-000001.parquet"]
    assert not stray.exists()


def test_a_reader_whose_file_goes_meanwhile_finds_it_in_the_record(
    folder: DataFolder, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Landing(folder)
    line = next(reader.manifest.lines())
    rows = reader.read(line).to_pylist()
    looked = Landing.damage

    def and_then(self: Landing, line: object) -> str | None:
        found = looked(self, line)  # type: ignore[arg-type]
        if self is reader and not landing.moved.moves():
            compact(landing)
        return found

    monkeypatch.setattr(Landing, "damage", and_then)
    assert reader.read(line).to_pylist() == rows
    assert landing.moved.of(line.file_seq)


def test_days_that_are_too_long_become_several_files(
    folder: DataFolder, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = raw(folder)
    monkeypatch.setattr(joining, "ROWS_PER_FILE", 5)
    done = compact(landing)
    assert {name: one.files_after for name, one in done.tables.items()} == {
        "binance_bars": 4,
        "yahoo_bars": 4,
    }
    once = state(folder)
    assert compact(Landing(folder)).files == 0
    assert state(folder) == once
    assert loaded_anew(folder) == before
