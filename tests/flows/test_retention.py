"""A folder that was tidied holds what it held before, but for what went, and can be rebuilt."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from command_line import tapehouse

from extract.compaction.retention import days_kept
from extract.landing import Landing
from flows.tidying import Tidied, keep_tidy
from publish import open_market
from warehouse import clock, runs, settings
from warehouse.errors import ConfigurationError, UsageError
from warehouse.folder import DataFolder, write_whole
from warehouse.retention_settings import RetentionSection
from warehouse.settings import Settings

LATER = datetime(2026, 3, 20, 15, 0)
GONE = {
    "yahoo_quotes", "binance_tickers", "binance_book_tickers", "binance_trades",
    "massive_market_status",
}  # fmt: skip
# What has rows of these, or tells of every run and its files.
TOUCHED = {
    "quotes", "trades", "tickers", "latest_prices", "requests", "landing_files", "elt_job_log",
    "steps", "nodes", "elt_node_log", "build_marks", "int_rules_hashed",
}  # fmt: skip
# A rebuild is a run as well, and its steps and their files are told of.
OF_RUNS = {
    "steps", "nodes", "landing_files", "elt_job_log", "elt_node_log", "build_marks",
    "int_rules_hashed",
}  # fmt: skip


def contents(path: Path, kinds: str = "BASE TABLE, VIEW") -> dict[str, tuple[int, object]]:
    """Rows and an order-free hash of every table, and of every view."""
    with open_market(path) as market:
        names = market.execute(
            "select table_schema, table_name from information_schema.tables "
            "where contains(?, table_type) order by all",
            [kinds],
        ).fetchall()
        found = {}
        for schema, name in names:
            ((rows, digest),) = market.execute(
                f'select count(*), bit_xor(hash(held::varchar)) from "{schema}"."{name}" as held'
            ).fetchall()
            found[f"{schema}.{name}"] = (rows, digest)
        return found


def other_than(before: dict[str, object], after: dict[str, object]) -> set[str]:
    """Tables and views that differ, without their schema and the prefix of staging."""
    differ = {name for name in before | after if before.get(name) != after.get(name)}
    return {re.sub(r"^stg_[a-z_]+?__", "", name.split(".")[1]) for name in differ}


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def tidy(demo: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A copy of the demo's folder, nine days later."""
    root = tmp_path / "data"
    shutil.copytree(demo.root, root, symlinks=True)
    write_whole(root / "state" / "sandbox.json", json.dumps({"now": LATER.isoformat()}))
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(root))
    found = settings.load()
    found.retention = RetentionSection(quotes=5, trades=5, steps=5)
    return found


def test_what_is_tidied_is_rebuilt_from_landing_alone_and_leaves_no_hole(tidy: Settings) -> None:
    folder = tidy.folder
    before = contents(folder.market, "BASE TABLE")
    gaps = ask(folder.market, "select * from bar_gaps order by all")
    assert all(before[f"raw.{name}"][0] for name in GONE)
    done = keep_tidy(tidy)
    assert not any(report.errors for report in done.reports)
    assert done.compacted.files > 40
    assert sum(going.rows for going in done.dropped) > 3000
    # Views tell of the hour as well, and nine days have passed.
    after = contents(folder.market, "BASE TABLE")
    assert not any(after[f"raw.{name}"][0] for name in GONE)
    assert other_than(before, after) - GONE - TOUCHED == set()
    assert ask(folder.market, "select * from bar_gaps order by all") == gaps
    states = "select distinct table_name from landing_files where state = 'dropped'"
    assert {name for (name,) in ask(folder.market, states)} == GONE
    after = contents(folder.market)
    for path in folder.root.iterdir():
        if path.name not in ("landing", "state", "runs"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    tapehouse(folder.root, "rebuild")
    assert other_than(after, contents(folder.market)) - OF_RUNS == set()
    walked = tapehouse(folder.root, "explain", "AAPL", "2026-03-10", "close").stdout
    assert re.search(r"now in landing/yahoo_bars/2026-03-11/compacted-\d{6}\.parquet", walked)


def test_a_dry_run_changes_nothing_and_says_what_would_go(tidy: Settings) -> None:
    folder = tidy.folder
    before = {path: path.read_bytes() for path in folder.landing.rglob("*") if path.is_file()}
    last = runs.run_ids(folder)
    would = keep_tidy(tidy, dry_run=True)
    assert {going.table_name for going in would.dropped} == GONE | {"requests"}
    assert would.compacted.files
    after = {path: path.read_bytes() for path in folder.landing.rglob("*") if path.is_file()}
    assert after == before
    assert runs.run_ids(folder) == last


def test_requests_stay_as_long_as_what_they_asked_for(tidy: Settings) -> None:
    tidy.retention = RetentionSection(tables={"binance_trades": 5})
    done = keep_tidy(tidy, steps=("retain",), dry_run=True)
    landing = Landing(tidy.folder)
    rows = [going for going in done.dropped if going.table_name == "requests"]
    assert [going.rows for going in rows] == [3]
    assert rows[0].kept is not None
    kept = rows[0].kept.to_pylist()
    assert {row["endpoint"] for row in kept} >= {"bars", "quotes", "actions", "tickers"}
    assert "trades" not in {row["endpoint"] for row in kept}
    assert landing.moved.moves() == []


def test_tables_that_are_kept_for_ever_cannot_be_named(own_settings: Settings) -> None:
    own_settings.retention = RetentionSection(tables={"yahoo_bars": 30})
    with pytest.raises(ConfigurationError, match=r"retention\.tables\.yahoo_bars"):
        days_kept(own_settings)


def test_trades_that_are_still_asked_for_are_not_dropped(own_settings: Settings) -> None:
    tidy = own_settings
    tidy.retention = RetentionSection(trades=3)
    tidy.providers.binance.trades_days = 10
    assert days_kept(tidy)["binance_agg_trades"] == 11
    assert days_kept(tidy)["binance_trades"] == 3


def test_a_day_that_has_not_begun_cannot_be_compacted(own_settings: Settings) -> None:
    tomorrow = clock.system_now().date() + timedelta(days=2)
    with pytest.raises(UsageError, match="has not begun"):
        keep_tidy(own_settings, steps=("compact",), before=tomorrow, dry_run=True)


def test_old_runs_and_exports_go_but_for_what_is_needed(
    own_settings: Settings,
) -> None:
    folder = own_settings.folder
    own_settings.retention = RetentionSection(runs=30, exports=90)
    for number in range(1, 61):
        made(folder.runs / f"{number:06d}" / "steps.jsonl", 60)
    made(folder.exports / "000004" / "manifest.json", 60, '{"run_id": 4}')
    made(folder.exports / "000005" / "manifest.json", 100, '{"run_id": 5}')
    done = keep_tidy(own_settings, steps=("retain",))
    assert removed(done, "exports") == ["000005"]
    # Run 61 is this one; it and the 49 before stay, and 4, which an export came from.
    assert removed(done, "runs") == [f"{number:06d}" for number in range(1, 12) if number != 4]
    assert runs.run_ids(folder)[:2] == [4, 12]


def removed(done: Tidied, kind: str) -> list[str]:
    return [old.path.name for old in done.removed[kind]]


def made(path: Path, days_ago: int, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    at = (datetime.now() - timedelta(days=days_ago)).timestamp()
    os.utime(path, (at, at))
