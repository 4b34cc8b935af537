"""Landing accepts whole files, together, once; what is torn or changed is never believed."""

from __future__ import annotations

import json
import random
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bars import binance_bars, yahoo_bars

from extract.landing import Landing
from warehouse.errors import BadDataError, ConfigurationError, TapehouseError
from warehouse.folder import DataFolder


@pytest.fixture
def landing(folder: DataFolder) -> Landing:
    return Landing(folder)


def test_accepted_files_are_named_counted_and_hashed(landing: Landing) -> None:
    lines = landing.accept(7, [("binance_bars", binance_bars()), ("yahoo_bars", yahoo_bars())])
    assert [line.file_seq for line in lines] == [1, 2]
    assert {line.group_seq for line in lines} == {1}
    assert lines == list(landing.manifest.lines())
    assert landing.damage(lines[0]) is None
    rows = landing.read(lines[0])
    assert rows["file_seq"].to_pylist() == [1, 1, 1]
    assert rows["row_number"].to_pylist() == [1, 2, 3]


def test_accepted_at_rises_even_when_the_clock_stands_still(landing: Landing) -> None:
    for _ in range(3):
        landing.accept(1, [("binance_bars", binance_bars()), ("yahoo_bars", yahoo_bars())])
    instants = [line.accepted_at for line in landing.manifest.lines()]
    assert instants == sorted(set(instants))
    assert len(instants) == 6


@pytest.mark.parametrize("table", ["binance_bars", "yahoo_bars"])
def test_csv_and_parquet_hold_equal_rows(folder: DataFolder, tmp_path: Path, table: str) -> None:
    rows = {"binance_bars": binance_bars, "yahoo_bars": yahoo_bars}[table]()
    other = DataFolder(tmp_path / "csv")
    other.prepare()
    parquet, csv = Landing(folder, "parquet"), Landing(other, "csv")
    (one,), (two,) = (one.accept(1, [(table, rows)]) for one in (parquet, csv))
    assert (one.format, two.format) == ("parquet", "csv")
    assert repr(parquet.read(one).to_pylist()) == repr(csv.read(two).to_pylist())


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_a_file_cut_anywhere_or_with_a_flipped_bit_is_never_believed(
    folder: DataFolder, format: str
) -> None:
    landing = Landing(folder, format)  # type: ignore[arg-type]
    (line,) = landing.accept(1, [("binance_bars", binance_bars(20))])
    path = folder.landing / line.path
    whole = path.read_bytes()
    dice = random.Random(5)
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        assert landing.damage(line)
    for _ in range(100):
        at, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        path.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        assert landing.damage(line)
        with pytest.raises(BadDataError):
            landing.read(line)
    path.write_bytes(whole)
    assert landing.damage(line) is None
    path.unlink()
    assert "missing" in str(landing.damage(line))


def test_a_manifest_torn_at_any_byte_keeps_all_groups_before_it(landing: Landing) -> None:
    landing.accept(1, [("binance_bars", binance_bars())])
    kept = landing.manifest.path.stat().st_size
    landing.accept(2, [("binance_bars", binance_bars()), ("yahoo_bars", yahoo_bars())])
    whole = landing.manifest.path.read_bytes()
    for cut in range(kept, len(whole)):
        landing.manifest.path.write_bytes(whole[:cut])
        groups = list(landing.manifest.groups())
        assert [line.file_seq for group in groups for line in group] == [1]
    landing.heal()
    assert landing.manifest.path.read_bytes() == whole[:kept]
    (again,) = landing.accept(3, [("yahoo_bars", yahoo_bars())])
    assert again.file_seq == 2


def test_healing_removes_only_own_files_that_were_never_accepted(landing: Landing) -> None:
    (line,) = landing.accept(1, [("binance_bars", binance_bars())])
    day = (landing.folder.landing / line.path).parent
    (day / "000000002.parquet").write_bytes(b"renamed, then killed")
    (day / "000000003.parquet.tmp").write_bytes(b"half")
    (day / "notes.txt").write_text("somebody's")
    assert sorted(Path(name).name for name in landing.heal()) == [
        "000000002.parquet",
        "000000003.parquet.tmp",
    ]
    assert (day / "notes.txt").exists()
    assert landing.damage(line) is None
    assert landing.heal() == []


def test_a_line_taken_out_of_the_manifest_is_noticed(landing: Landing) -> None:
    for _ in range(3):
        landing.accept(1, [("binance_bars", binance_bars())])
    lines = landing.manifest.path.read_bytes().splitlines(keepends=True)
    landing.manifest.path.write_bytes(lines[0] + lines[2])
    with pytest.raises(BadDataError, match="line 2"):
        list(landing.manifest.lines())
    changed = json.loads(lines[1])
    changed["row_count"] += 1
    lines[1] = json.dumps(changed, separators=(",", ":")).encode() + b"\n"
    landing.manifest.path.write_bytes(b"".join(lines))
    with pytest.raises(BadDataError, match="line 3"):
        list(landing.manifest.lines())


def test_a_file_of_a_newer_release_is_refused(landing: Landing) -> None:
    (line,) = landing.accept(1, [("binance_bars", binance_bars())])
    with pytest.raises(ConfigurationError, match="newer"):
        landing.damage(type(line)(**{**vars(line), "schema_version": 99}))


def test_rows_without_a_declared_column_are_refused_and_nothing_is_accepted(
    landing: Landing,
) -> None:
    with pytest.raises(BadDataError, match="close"):
        landing.accept(1, [("binance_bars", binance_bars().drop_columns(["close"]))])
    assert list(landing.manifest.lines()) == []


def test_a_disk_that_fills_says_so_and_loses_nothing(landing: Landing) -> None:
    landing.accept(1, [("binance_bars", binance_bars())])
    before = landing.manifest.path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(TapehouseError, match=r"disk full while landing in .* bytes free"):
            landing.accept(
                2, [("yahoo_bars", yahoo_bars()), ("binance_bars", binance_bars(20_000))]
            )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert landing.manifest.path.read_bytes() == before
    assert landing.heal() == []
    (line,) = landing.accept(3, [("yahoo_bars", yahoo_bars())])
    assert line.file_seq == 2


def test_many_writers_at_once_get_one_order(landing: Landing) -> None:
    with ThreadPoolExecutor(8) as pool:
        done = list(
            pool.map(
                lambda number: landing.accept(number, [("binance_bars", binance_bars())]), range(24)
            )
        )
    assert sorted(line.file_seq for (line,) in done) == list(range(1, 25))
    assert len(list(landing.manifest.lines())) == 24
