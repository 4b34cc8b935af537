"""A folder that was tidied holds what it held before, but for what went, and can be rebuilt."""

from __future__ import annotations

import json
import os
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.landing import Landing
from flows.rebuild import rebuild
from flows.retention import Tidied, keep_tidy
from publish import open_market
from publish.trace.explain import explain
from warehouse import runs, settings
from warehouse.errors import ConfigurationError, UsageError
from warehouse.folder import DataFolder, write_whole
from warehouse.settings import RetentionSection, Settings

LATER = datetime(2026, 3, 20, 15, 0)
GONE = {
    "raw.yahoo_quotes", "raw.binance_tickers", "raw.binance_book_tickers", "raw.binance_trades",
    "raw.massive_market_status",
}  # fmt: skip
# What stands on these, and what is told of every run.
TOUCHED = {
    "main.quotes", "main.trades", "main.tickers", "main.latest_prices", "main.requests",
    "main.landing_files", "main.elt_job_log", "raw.requests", "raw.landing_files", "raw.steps",
    "intermediate.build_marks",
}  # fmt: skip


def contents(path: Path) -> dict[str, tuple[int, int]]:
    """Table -> rows and a hash of them, whatever their order."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_type = 'BASE TABLE' order by all"
        ).fetchall()
        found = {}
        for schema, name in names:
            row = connection.execute(
                f'select count(*), coalesce(bit_xor(hash(t)), 0) from "{schema}"."{name}" as t'
            ).fetchone()
            assert row
            found[f"{schema}.{name}"] = (int(row[0]), int(row[1]))
        return found


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


def test_what_is_tidied_is_rebuilt_equal_and_leaves_no_hole(tidy: Settings) -> None:
    folder = tidy.folder
    before = contents(folder.warehouse)
    gaps = ask(folder.market, "select * from bar_gaps order by all")
    done = keep_tidy(tidy)
    assert not any(report.errors for report in done.reports)
    assert done.compacted.files > 40
    assert sum(going.rows for going in done.dropped) > 3000
    after = contents(folder.warehouse)
    assert {name for name in GONE if after[name][0]} == set()
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed - GONE <= TOUCHED
    assert ask(folder.market, "select * from bar_gaps order by all") == gaps
    assert ask(folder.market, "select count(*) from quotes") == [(0,)]
    states = "select distinct table_name from raw.landing_files where state = 'dropped'"
    assert {f"raw.{name}" for (name,) in ask(folder.warehouse, states)} == GONE
    with open_market(folder.market).connection as market:
        walk = explain(market, "AAPL", "2026-03-10", "close")
    assert walk.tree.children

    report, _ = rebuild(tidy)
    assert not report.errors
    assert not report.damaged
    anew = contents(folder.warehouse)
    # The steps of this very run come on top of what was there.
    own = {"raw.steps", "raw.landing_files", "main.elt_job_log", "main.landing_files"}
    own.add("intermediate.build_marks")
    assert {name for name in after if after[name] != anew.get(name)} <= own


def test_a_dry_run_changes_nothing_and_says_what_would_go(tidy: Settings) -> None:
    folder = tidy.folder
    before = {path: path.read_bytes() for path in folder.landing.rglob("*") if path.is_file()}
    last = runs.run_ids(folder)
    would = keep_tidy(tidy, dry_run=True)
    assert {f"raw.{going.table_name}" for going in would.dropped} == GONE | {"raw.requests"}
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


def test_tables_that_are_kept_for_ever_cannot_be_named(tidy: Settings) -> None:
    tidy.retention = RetentionSection(tables={"yahoo_bars": 30})
    with pytest.raises(ConfigurationError, match=r"retention\.tables\.yahoo_bars"):
        keep_tidy(tidy, steps=("retain",))


def test_trades_that_are_still_asked_for_are_not_dropped(tidy: Settings) -> None:
    from extract.compaction.retention import days_kept

    tidy.retention = RetentionSection(trades=3)
    tidy.providers.binance.trades_days = 10
    assert days_kept(tidy)["binance_agg_trades"] == 11
    assert days_kept(tidy)["binance_trades"] == 3


def test_a_day_that_has_not_begun_cannot_be_compacted(tidy: Settings) -> None:
    with pytest.raises(UsageError, match="has not begun"):
        keep_tidy(tidy, steps=("compact",), before=date(2026, 3, 21), dry_run=True)


def test_old_runs_logs_and_exports_go_but_for_what_is_needed(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_settings.folder
    own_settings.retention = RetentionSection(runs=30, logs=30, exports=90)
    for number in range(1, 61):
        made(folder.runs / f"{number:06d}" / "steps.jsonl", 60)
    for name, age in (("tapehouse.log", 60), ("tapehouse.log.1", 60), ("tapehouse.log.2", 5)):
        made(folder.logs / name, age)
    made(folder.exports / "000004" / "manifest.json", 60, '{"run_id": 4}')
    made(folder.exports / "000005" / "manifest.json", 100, '{"run_id": 5}')
    done = keep_tidy(own_settings, steps=("retain",))
    assert removed(done, "exports") == ["000005"]
    assert removed(done, "logs") == ["tapehouse.log.1"]
    # Run 61 is this one; it and the 49 before stay, and 4, which an export came from.
    assert removed(done, "runs") == [f"{number:06d}" for number in range(1, 12) if number != 4]
    assert runs.run_ids(folder)[:2] == [4, 12]
    assert (folder.logs / "tapehouse.log").exists()
    assert keep_tidy(own_settings, steps=("retain",)).removed["logs"] == []


def removed(done: Tidied, kind: str) -> list[str]:
    return [old.path.name for old in done.removed[kind]]


def made(path: Path, days_ago: int, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    at = (datetime.now() - timedelta(days=days_ago)).timestamp()
    os.utime(path, (at, at))
