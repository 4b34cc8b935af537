"""What is torn, flipped or missing under landing is noticed, never loaded, and asked for again."""

from __future__ import annotations

import random
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from extract import plan, raw_tables
from extract.landing import Landing
from extract.manifest import ManifestLine
from extract.plan import Choice
from extract.schemas import arrow_schema
from flows.run import run
from sandbox import DEFAULT_NOW, Exchange
from warehouse import clock
from warehouse.errors import BadDataError
from warehouse.folder import DataFolder
from warehouse.settings import PublishSection, SandboxSection, Settings

FLIPS = 60
CUTS = 60


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    folder = DataFolder(tmp_path / "data")
    folder.prepare("sandbox")
    return Landing(folder)


def trades(rows: int, first: int = 1) -> tuple[str, pa.Table]:
    schema = arrow_schema("binance_trades", landed=False)
    made = [
        {
            "request_id": first,
            "symbol": "BTCUSDT",
            "trade_id": first + number,
            "traded_at": datetime(2026, 3, 11, 14, 0),
            "is_buyer_maker": True,
            "is_best_match": True,
        }
        for number in range(rows)
    ]
    full = [{name: row.get(name) for name in schema.names} for row in made]
    return "binance_trades", pa.Table.from_pylist(full, schema=schema)


def accept(landing: Landing, first: int) -> list[ManifestLine]:
    return landing.accept(1, [trades(50, first), trades(50, first + 50)])


def held(folder: DataFolder, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_manifest_cut_at_any_byte_of_its_last_group_loses_only_that_group(
    landing: Landing,
) -> None:
    kept = accept(landing, 1)
    whole = landing.manifest.path.stat().st_size
    torn = accept(landing, 101)
    text = landing.manifest.path.read_bytes()
    draw = random.Random(1)
    ends = {whole, whole + 1, len(text) - 1}
    for cut in sorted({*ends, *(draw.randrange(whole, len(text)) for _ in range(CUTS))}):
        copy = DataFolder(landing.folder.root.with_name(f"cut-{cut}"))
        shutil.copytree(landing.folder.root, copy.root)
        other = Landing(copy)
        other.manifest.path.write_bytes(text[:cut])
        assert len(other.heal()) == len(torn)
        assert list(other.manifest.lines()) == kept
        again = accept(other, 101)
        assert [line.file_seq for line in again] == [line.file_seq for line in torn]
        assert [line.path for line in other.manifest.lines()] == [
            line.path for line in [*kept, *again]
        ]
        shutil.rmtree(copy.root)


def test_a_landing_file_cut_or_flipped_anywhere_is_never_loaded(landing: Landing) -> None:
    accept(landing, 1)
    hurt, _ = accept(landing, 101)
    path = landing.folder.landing / hurt.path
    good = path.read_bytes()
    draw = random.Random(2)
    bad = [good[: draw.randrange(len(good))] for _ in range(CUTS)]
    for _ in range(FLIPS):
        at, bit = draw.randrange(len(good)), 1 << draw.randrange(8)
        bad.append(good[:at] + bytes([good[at] ^ bit]) + good[at + 1 :])
    for content in bad:
        path.write_bytes(content)
        assert landing.damage(hurt)
    done = raw_tables.load(landing.folder, landing)
    assert [name for name, _ in done.damaged] == [hurt.path]
    assert held(landing.folder, "select count(*) from raw.binance_trades") == [(150,)]
    states = "select file_seq, state from raw.landing_files where state != 'loaded'"
    assert held(landing.folder, states) == [(hurt.file_seq, "damaged")]
    assert raw_tables.load(landing.folder, landing).files == 0


def test_a_manifest_line_that_was_changed_stops_the_load_and_changes_nothing(
    landing: Landing,
) -> None:
    accept(landing, 1)
    raw_tables.load(landing.folder, landing)
    accept(landing, 101)
    accept(landing, 201)
    lines = landing.manifest.path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"row_count":50', b'"row_count":49')
    landing.manifest.path.write_bytes(b"".join(lines))
    with pytest.raises(BadDataError, match="line 4"):
        raw_tables.load(landing.folder, landing)
    last = "select max(file_seq) from raw.landing_files"
    assert held(landing.folder, last)[0][0] in (2, 3)


def test_bars_whose_file_was_damaged_are_asked_for_again(tmp_path: Path) -> None:
    choice = Choice(symbols=("BTCUSDT",), intervals=("1d",))
    with Exchange(now=DEFAULT_NOW, limits=False) as exchange:
        settings = Settings(
            data_dir=tmp_path,
            sandbox=SandboxSection(url=exchange.url),
            publish=PublishSection(),
        )
        settings.folder.prepare("sandbox")
        assert not run(settings, ("extract",), choice).errors
        landing = Landing(settings.folder)
        assert bars_due(exchange, settings, landing, choice) == []
        line = landing.last_of("binance_bars")
        assert line
        path = settings.folder.landing / line.path
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        assert bars_due(exchange, settings, landing, choice) == ["missing"]
        again = run(settings, ("extract", "load"), choice)
        assert [name for name, _ in again.damaged] == [line.path]
        days = "select count(*), count(distinct opened_at) from raw.binance_bars"
        rows, distinct = held(settings.folder, days)[0]
        truth = exchange.truth.bars("BTCUSDT", "1d", datetime(2024, 3, 12), datetime(2026, 3, 11))
        assert rows == distinct == len(truth)


def bars_due(exchange: Exchange, settings: Settings, landing: Landing, choice: Choice) -> list[str]:
    clock.use(exchange.now)
    try:
        items = plan.make(settings, landing, choice)
    finally:
        clock.use(None)
    return [item.reason for item in items if item.endpoint == "bars"]
