"""Loading takes each accepted file once and whole, or books why not."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from bars import binance_bars, yahoo_bars

from extract import migrations, raw_tables
from extract.landing import Landing
from warehouse import database
from warehouse.errors import ConfigurationError
from warehouse.folder import DataFolder


@pytest.fixture
def landing(folder: DataFolder) -> Landing:
    return Landing(folder)


def ask(folder: DataFolder, query: str) -> list[tuple[object, ...]]:
    with database.connect(folder.warehouse, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_second_load_adds_nothing(folder: DataFolder, landing: Landing) -> None:
    landing.accept(1, [("binance_bars", binance_bars()), ("yahoo_bars", yahoo_bars())])
    first = raw_tables.load(folder, landing)
    assert (first.files, first.rows) == (2, 7)
    second = raw_tables.load(folder, landing)
    assert (second.files, second.rows) == (0, 0)
    assert ask(folder, "select count(*) from raw.binance_bars") == [(3,)]


def test_values_arrive_exactly(folder: DataFolder, landing: Landing) -> None:
    landing.accept(1, [("binance_bars", binance_bars()), ("yahoo_bars", yahoo_bars())])
    raw_tables.load(folder, landing)
    assert ask(folder, "select distinct symbol, open::varchar from raw.binance_bars") == [
        ('BTC"USDT,\\N', "97000.12345678")
    ]
    symbols = ask(folder, "select symbol, volume from raw.yahoo_bars order by row_number")
    assert symbols == [(name, 2**53 + 1) for name in ("TRUE", "NA", "1E5", "")]


def test_a_damaged_file_is_left_out_and_booked_and_the_rest_goes_on(
    folder: DataFolder, landing: Landing
) -> None:
    (first,) = landing.accept(1, [("binance_bars", binance_bars())])
    landing.accept(1, [("binance_bars", binance_bars(5))])
    path = folder.landing / first.path
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    done = raw_tables.load(folder, landing)
    assert done.rows == 5
    assert [name for name, _ in done.damaged] == [first.path]
    assert ask(folder, "select file_seq, state from raw.landing_files order by 1") == [
        (1, "damaged"),
        (2, "loaded"),
    ]
    assert ask(folder, "select distinct file_seq from raw.binance_bars") == [(2,)]


def test_a_rebuild_from_landing_is_equal_row_for_row(
    folder: DataFolder, landing: Landing, tmp_path: Path
) -> None:
    for number in range(4):
        landing.accept(
            number, [("binance_bars", binance_bars(first=number)), ("yahoo_bars", yahoo_bars())]
        )
        raw_tables.load(folder, landing)
    again = DataFolder(tmp_path / "again")
    again.prepare()
    again.landing.rmdir()
    again.landing.symlink_to(folder.landing)
    raw_tables.load(again, Landing(again))
    for table in ("landing_files", "binance_bars", "yahoo_bars"):
        query = f"select * from raw.{table} order by all"
        assert repr(ask(folder, query)) == repr(ask(again, query))


def test_a_column_that_a_later_release_declares_is_added(
    folder: DataFolder, landing: Landing
) -> None:
    landing.accept(1, [("binance_bars", binance_bars())])
    raw_tables.load(folder, landing)
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute("alter table raw.binance_bars drop column taker_quote_volume")
    landing.accept(1, [("binance_bars", binance_bars())])
    raw_tables.load(folder, landing)
    assert ask(folder, "select count(*), count(taker_quote_volume) from raw.binance_bars") == [
        (6, 3)
    ]


def test_a_warehouse_of_a_newer_release_is_refused(folder: DataFolder, landing: Landing) -> None:
    raw_tables.load(folder, landing)
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute("update raw.schema_version set version = 99")
    with pytest.raises(ConfigurationError, match="newer Tapehouse"):
        raw_tables.load(folder, landing)


def test_a_migration_killed_half_way_is_done_again(tmp_path: Path) -> None:
    path = str(tmp_path / "w.duckdb")
    good = "create table raw.kept as select 1 as a"
    with duckdb.connect(path) as connection:
        migrations.migrate(connection, {}, target=1)
        with pytest.raises(duckdb.Error):
            migrations.migrate(connection, {2: (good, "select broken")}, target=2)
    with duckdb.connect(path) as connection:
        assert migrations.version(connection) == 1
        migrations.migrate(connection, {2: (good,), 3: ("drop table raw.kept",)}, target=3)
        assert migrations.version(connection) == 3


def test_a_file_whose_rows_do_not_fit_is_left_out_and_its_group_still_loads(
    folder: DataFolder, landing: Landing
) -> None:
    first, second = landing.accept(
        1, [("binance_bars", binance_bars()), ("yahoo_bars", yahoo_bars())]
    )
    lines = landing.manifest.path.read_text().replace('"row_count":3', '"row_count":4')
    changed = [json.loads(line) for line in lines.splitlines()]
    rewritten = type(first)(**{**vars(first), "row_count": changed[0]["row_count"]})
    landing.manifest.path.unlink()
    landing.manifest.append(
        [rewritten, type(second)(**{**vars(second), "previous": rewritten.digest})]
    )
    done = raw_tables.load(folder, landing)
    assert done.damaged == [(first.path, "it holds 3 rows, 4 were accepted")]
    assert ask(folder, "select count(*) from raw.yahoo_bars") == [(4,)]
    assert ask(folder, "select count(*) from raw.binance_bars") == [(0,)]
