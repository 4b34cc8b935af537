"""Faults planted into a good folder on purpose: a judge that misses one is worth nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from .judge import Verdict, judge
from .trials import Trial

BARS = "intermediate.int_intraday_bars_chosen"
FIRST = f"rowid = (select min(rowid) from {BARS})"
PLANTED = {
    "a bar is gone": f"delete from {BARS} where {FIRST}",
    "a bar is there twice": f"insert into {BARS} from {BARS} where {FIRST}",
    "a bar has another close": f"update {BARS} set close_raw = close_raw + 1 where {FIRST}",
    "a bar was made up": "insert into daily_bars select * replace "
    "(opened_at + interval 12 hour as opened_at) from daily_bars limit 1",
    "a version is there twice": "insert into bar_versions select * from bar_versions limit 1",
    "a landed row is gone": "delete from raw.requests where rowid = 0",
    "a file was never booked": "delete from raw.landing_files where file_seq = 2",
    "a file was loaded twice": "insert into raw.yahoo_quotes select * from raw.yahoo_quotes",
    "a view is dead": "create table gone as select 1 as one; "
    "create view dead as select * from gone; drop table gone",
}


def missed(good: Trial, root: Path, symbols: Sequence[str]) -> list[str]:
    """Plant each fault into a copy of its own; return those that the judge does not see."""
    found = [
        name for name, fault in PLANTED.items() if not seen(good, root, symbols, in_copy(fault))
    ]
    found += [
        name
        for name, path in (
            ("a temporary file stays", "published/market-000009.tmp"),
            (
                "a landing file that nobody accepted",
                "landing/requests/2026-03-11/000009999.parquet",
            ),
            ("a working folder stays", "runs/000001/dlt/left"),
        )
        if not seen(good, root, symbols, leave(path))
    ]
    return found


def seen(good: Trial, root: Path, symbols: Sequence[str], plant: Callable[[Trial], None]) -> bool:
    shutil.copytree(good.folder.root, root, symlinks=True)
    try:
        trial = Trial(root, good.exchange)
        plant(trial)
        verdict: Verdict = judge(trial, symbols)
        return not verdict.passed
    finally:
        shutil.rmtree(root)


def in_copy(fault: str) -> Callable[[Trial], None]:
    def plant(trial: Trial) -> None:
        path = trial.folder.market.resolve()
        path.chmod(0o644)
        with duckdb.connect(str(path)) as connection:
            connection.execute(fault)

    return plant


def leave(relative: str) -> Callable[[Trial], None]:
    def plant(trial: Trial) -> None:
        path = trial.folder.root / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"left")

    return plant
