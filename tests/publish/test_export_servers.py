"""A real PostgreSQL and a real InfluxDB take what is exported and give the same rows back."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import export_market
import influx_server
import psycopg2
import pytest
from export_market import COLUMNS, HEADER, exported, instruments, rows
from influx_server import Influx

from bench.engines import postgres_server
from bench.engines.postgres_server import Postgres

EPOCH = datetime(1970, 1, 1)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_market.market(tmp_path_factory.mktemp("exports") / "market.duckdb")


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influx]:
    """A real InfluxDB server; only outside of CI may a machine lack one."""
    if influx_server.binary() is None and not os.environ.get("CI"):
        pytest.skip(influx_server.MISSING)
    with influx_server.running(tmp_path_factory.mktemp("influx")) as server:
        yield server


def nanoseconds(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


@pytest.mark.parametrize("batch_size", [1, 7, 60, 1000])
def test_postgres_loads_the_dump_and_holds_the_same_rows(
    copy: Path, tmp_path: Path, postgres: Postgres, batch_size: int
) -> None:
    exported(
        copy, tmp_path / "place", "sql", tables=("daily_bars", "instruments"), batch_size=batch_size
    )
    path = tmp_path / "place" / "tapehouse.sql"
    dump = path.read_text(encoding="utf-8")
    assert dump.count('insert into "daily_bars"') == math.ceil(len(rows()) / batch_size)
    name = f"dump_{batch_size}"
    psql(postgres, "postgres", "--command", f"create database {name}")
    psql(postgres, name, "--file", str(path))
    # What is there already is not loaded a second time: all or nothing.
    again = psql(postgres, name, "--file", str(path), check=False)
    assert 'relation "daily_bars" already exists' in again
    connection = psycopg2.connect(postgres.url.rpartition("/")[0] + f"/{name}")
    cursor = connection.cursor()
    cursor.execute('select * from "daily_bars" order by instrument_id, opened_at')
    names = [column.name for column in cursor.description or ()]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    cursor.execute("select * from instruments order by instrument_id")
    listed = cursor.fetchall()
    connection.close()
    assert names == list(COLUMNS)
    assert listed == [tuple(row.values()) for row in instruments()]
    for row, expected in zip(found, rows(), strict=True):
        for name in COLUMNS:
            one, other = row[name], expected[name]
            assert one == other or (one != one and other != other), name


def psql(postgres: Postgres, database: str, *arguments: str, check: bool = True) -> str:
    """PostgreSQL's own program, as a person loads a dump; what it says of errors."""
    programs = postgres_server.binaries()
    assert programs
    done = subprocess.run(
        [programs / "psql", "--quiet", "--set", "ON_ERROR_STOP=1", *arguments],
        env={**os.environ, **postgres.environment, "PGDATABASE": database},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode == 0) is check, done.stderr
    return done.stderr


def test_influx_takes_every_line_and_gives_the_same_points_back(
    copy: Path, tmp_path: Path, influx: Influx
) -> None:
    built = exported(copy, tmp_path / "place", "lineprotocol", tables=("daily_bars",))
    influx.query("", "create database market")
    answer = influx.write("market", (tmp_path / "place" / "daily_bars.lp").read_bytes())
    assert answer.status_code == 204, answer.text
    points = {
        (int(point["instrument_id"]), point["time"]): point
        for point in influx.query("market", 'select * from "daily_bars" group by *')
    }
    assert len(points) == len(rows()) == built.files[0].row_count
    for row in rows():
        point = points[row["instrument_id"], nanoseconds(row["opened_at"])]
        assert point["symbol"] == row["symbol"].rstrip("\\")
        assert point.get(HEADER) == row[HEADER]
        assert point["is_partial"] == row["is_partial"]
        assert point["trade_count"] == row["trade_count"]
        for name in ("close", "volume"):
            assert point[name] == (None if row[name] is None else float(row[name]))
        double = row["rsi_14"]
        finite = double if double is not None and math.isfinite(double) else None
        assert point["rsi_14"] == finite
        assert point["closed_at"] == f"{row['closed_at'].isoformat()}Z"
