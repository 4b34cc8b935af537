"""The engine that loses rows is refused; a file in use elsewhere is said to be busy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from warehouse import database
from warehouse.errors import BadDataError, BusyError, ConfigurationError


@pytest.mark.parametrize("version", ["1.4.4", "1.4.5", "1.5.5"])
def test_an_engine_that_can_lose_rows_is_refused(version: str) -> None:
    with pytest.raises(ConfigurationError, match=version):
        database.check_engine(version)
    database.check_engine("1.5.6")


def test_a_file_open_elsewhere_is_busy(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", hold, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    try:
        with pytest.raises(BusyError):
            database.connect(path)
    finally:
        child.communicate("\n")


def test_a_damaged_file_names_the_way_back(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(BadDataError) as caught:
        database.connect(path)
    assert "rebuild" in caught.value.next_step


def test_a_log_left_by_a_kill_is_folded_in(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]);"
        "c.execute('create table t as select 1 as a'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert Path(f"{path}.wal").exists()
    database.fold_in_log(path)
    assert not Path(f"{path}.wal").exists()
    with duckdb.connect(str(path), read_only=True) as connection:
        assert connection.execute("select a from t").fetchone() == (1,)


def test_a_file_that_a_kill_left_damaged_is_set_aside_with_its_log(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]);"
        "c.execute('create table t as select hash(range) as a from range(1000000)');"
        "c.execute('checkpoint'); c.execute('update t set a = 1 where a % 7 = 0'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    content = bytearray(path.read_bytes())
    # Past the headers, a byte of each block.
    for at in range(3 * 4096 + 1000, len(content), 64 * 1024):
        content[at] ^= 0xFF
    path.write_bytes(content)

    aside = database.fold_in_log(path)

    assert aside is not None
    assert aside.read_bytes() == content
    assert Path(f"{aside}.wal").exists()
    assert [
        one.name for one in tmp_path.iterdir() if one.name.startswith("warehouse.duckdb.w")
    ] == []
    assert not path.exists()
