"""Readers always see one whole published state and never a lock."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from publish import open_market, snapshot
from warehouse.errors import BadDataError, BusyError, TapehouseError
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path
from warehouse.settings import PROJECT

READ = """
import sys
from pathlib import Path
from publish import open_market
looks, last = 0, 0
print("reading", flush=True)
while not Path(sys.argv[2]).exists():
    with open_market(Path(sys.argv[1])).connection as connection:
        one = connection.execute("select max(state) from daily_bars").fetchone()[0]
        two = connection.execute("select max(state) from other").fetchone()[0]
    assert one == two, f"torn: {one} and {two}"
    assert one >= last, f"went back from {last} to {one}"
    looks, last = looks + 1, one
print(looks, last)
"""


def write_state(folder: DataFolder, state: int) -> None:
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute(f"create or replace table daily_bars as select {state} as state")
        connection.execute(f"create or replace table other as select {state} as state")


@pytest.fixture
def built(folder: DataFolder) -> DataFolder:
    write_state(folder, 1)
    return folder


def test_eight_readers_through_fifty_publishes_see_no_error_and_no_torn_state(
    built: DataFolder, tmp_path: Path
) -> None:
    snapshot.publish(built)
    end = tmp_path / "end"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READ, str(built.market), str(end)],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
    for state in range(2, 52):
        write_state(built, state)
        snapshot.publish(built)
    end.touch()
    for reader in readers:
        out, error = reader.communicate(timeout=60)
        assert reader.returncode == 0, error
        assert int(out.split()[0]) > 0
    snapshot.prune(built, 3)
    assert len(list(built.published.glob("*.duckdb"))) == 3


def test_an_open_reader_keeps_its_state_while_newer_ones_are_published(built: DataFolder) -> None:
    snapshot.publish(built)
    with open_market(built.market).connection as old:
        for state in range(2, 8):
            write_state(built, state)
            snapshot.publish(built)
        assert old.execute("select state from daily_bars").fetchone() == (1,)
        with open_market(built.market).connection as new:
            assert new.execute("select state from daily_bars").fetchone() == (7,)


def test_a_copy_that_another_process_reads_stays_until_it_is_done(built: DataFolder) -> None:
    first = snapshot.publish(built).path
    hold = (
        "import sys; from pathlib import Path; from publish import open_market\n"
        "with open_market(Path(sys.argv[1])): print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(built.market)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"
        for state in range(2, 8):
            write_state(built, state)
            snapshot.publish(built)
        names = sorted(path.name for path in built.published.glob("*.duckdb"))
        assert names == [first.name, *(f"market-{number:06d}.duckdb" for number in (5, 6, 7))]
        assert stat.S_IMODE(first.stat().st_mode) == 0o444
        reader.communicate(timeout=60)
    assert snapshot.prune(built, 3) == 1
    assert not first.exists()


def test_the_copy_cannot_be_written_and_the_link_is_relative(built: DataFolder) -> None:
    done = snapshot.publish(built)
    assert stat.S_IMODE(done.path.stat().st_mode) == 0o444
    assert not os.path.isabs(os.readlink(built.market))


def test_what_a_killed_publish_left_goes_and_what_a_reader_spills_stays(built: DataFolder) -> None:
    copy = snapshot.publish(built).path
    spilled = copy.with_name(f"{copy.name}.tmp") / "duckdb_temp_storage_DEFAULT-0.tmp"
    spilled.parent.mkdir()
    spilled.touch()
    left = copy.with_name("market-000009.tmp")
    left.touch()
    snapshot.publish(built)
    assert (spilled.exists(), left.exists()) == (True, False)


def test_a_reader_can_reach_nothing_outside_its_copy(built: DataFolder, tmp_path: Path) -> None:
    snapshot.publish(built)
    outside = tmp_path / "out.csv"
    with open_market(built.market).connection as connection:
        for attempt in (
            "select * from read_text('/etc/passwd')",
            f"copy daily_bars to '{outside}'",
            f"attach '{tmp_path / 'x.duckdb'}' as x",
            "create table t (a int)",
            "set enable_external_access = true",
            "install httpfs",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(attempt)
    assert not outside.exists()


def test_a_log_beside_the_copy_or_the_warehouse_stops_publishing(built: DataFolder) -> None:
    snapshot.publish(built)
    stray = Path(f"{built.market}.wal")
    stray.write_bytes(b"somebody opened it read-write")
    with pytest.raises(BadDataError, match=r"market\.duckdb\.wal"):
        snapshot.publish(built)


def test_a_link_that_cannot_be_made_is_told_with_the_copy_to_read(built: DataFolder) -> None:
    built.market.mkdir()
    with pytest.raises(TapehouseError, match=r"cannot point .*market-000001") as told:
        snapshot.publish(built)
    assert str(built.published / "market-000001.duckdb") in told.value.next_step
    built.market.rmdir()
    published = snapshot.publish(built)
    assert built.market.resolve() == published.path.resolve()


def test_nothing_built_is_said_and_nothing_is_published(folder: DataFolder) -> None:
    with pytest.raises(TapehouseError, match="no warehouse"):
        snapshot.publish(folder)
    duckdb.connect(str(folder.warehouse)).close()
    with pytest.raises(TapehouseError, match="never built"):
        snapshot.publish(folder)
    assert not folder.market.is_symlink()


def test_publishing_waits_for_no_one_and_says_who_writes(built: DataFolder) -> None:
    holder = (
        "import sys, time; from pathlib import Path; from warehouse.lock import FileLock;"
        "FileLock(Path(sys.argv[1]), 'a build').take(); print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", holder, str(writer_lock_path(built.root))],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    child.stdout.readline()
    try:
        assert not FileLock.held_here(writer_lock_path(built.root))
        with pytest.raises(BusyError, match="a build"):
            snapshot.publish(built)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def test_a_half_copy_left_by_a_kill_is_swept(built: DataFolder) -> None:
    half = built.published / "market-000009.tmp"
    half.write_bytes(b"half")
    snapshot.publish(built)
    assert not half.exists()
