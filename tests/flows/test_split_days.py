"""A split's day at the exchange: whichever is told first, no number is restated for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from narrowed import narrowed

from extract.plan import Choice
from flows.origin import pointed_at
from flows.run import STEPS, Report, Runner, run
from publish import open_market
from sandbox import Exchange
from warehouse import clock
from warehouse.folder import DataFolder
from warehouse.settings import Settings

CHOICE = Choice(symbols=("TSM",), intervals=("1d", "1h"))
# Monday is a holiday: the last session in the old basis is Friday the 13th.
BEFORE = datetime(2026, 2, 13, 20, 0)
LAG_ENDS = datetime(2026, 2, 18, 12, 0)
RUNS = (
    BEFORE,
    datetime(2026, 2, 13, 23, 0),
    datetime(2026, 2, 17, 15, 0),
    datetime(2026, 2, 17, 21, 30),
    datetime(2026, 2, 18, 15, 0),
    datetime(2026, 2, 19, 15, 0),
)
# What these bring is built by the next.
UNBUILT = (RUNS[1], RUNS[4])
narrow = narrowed(
    "tag:staging", "+quarantined_rows", "+restatements", "+bar_gaps", "+technical_indicators",
    "+requests", "+landing_files", "+intraday_bars",
)  # fmt: skip


def live(folder: DataFolder, lag: str) -> list[Report]:
    """The runs of a week around the split; what is first told late is told on the 18th."""
    folder.prepare("sandbox")
    until = f"{LAG_ENDS:%Y-%m-%dT%H:%M}"
    late = {"kind": "split_lag", "symbol": "TSM", "on": "2026-02-17", "until": until, "value": lag}
    reports = []
    with Exchange(now=RUNS[0], events=[late]) as exchange:
        for now in RUNS:
            exchange.set_clock(now)
            clock.use(exchange.now)
            settings = pointed_at(Settings(data_dir=folder.root), exchange.url)
            settings.sandbox.url = exchange.url
            steps = ("extract", "load") if now in UNBUILT else STEPS
            reports.append(run(settings, steps, CHOICE, prepare=narrow))
    clock.use(None)
    return reports


@pytest.fixture(scope="module", params=["prices", "event"])
def lived(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, DataFolder]:
    folder = DataFolder(tmp_path_factory.mktemp(f"split-{request.param}") / "data")
    for report in live(folder, request.param):
        assert not report.errors
        assert not report.failures
    return request.param, folder


def asked(folder: DataFolder, sql: str) -> list[tuple[Any, ...]]:
    with open_market(folder.market).connection as connection:
        return connection.execute(sql).fetchall()


def test_no_number_is_restated_in_either_order(lived: tuple[str, DataFolder]) -> None:
    _, folder = lived
    assert asked(folder, "select * from restatements") == []
    assert asked(folder, "select count(*) from bar_versions where conflict_since is not null") == [
        (0,)
    ]


def test_a_lag_sets_readings_aside_and_they_come_right(
    lived: tuple[str, DataFolder],
) -> None:
    lag, folder = lived
    ((aside,),) = asked(folder, "select sum(set_aside_count) from bar_versions")
    assert aside > 0, lag
    ((unsettled,),) = asked(
        folder,
        "select count(*) from daily_bars where session_date <= '2026-02-17' and status <> 'final'",
    )
    assert unsettled == 0


def test_bars_are_as_the_market_made_them(lived: tuple[str, DataFolder]) -> None:
    _, folder = lived
    truth = Exchange().truth
    bars = truth.bars("TSM", "1d", datetime(2025, 1, 1), datetime(2026, 2, 19))
    traded = {bar.session_date: (float(bar.close), float(bar.volume)) for bar in bars}
    held = asked(
        folder,
        "select session_date, close_raw, volume_raw, close, volume from daily_bars"
        " where session_date between '2025-01-01' and '2026-02-18' order by 1",
    )
    assert len(held) == len(traded)
    for day, close_raw, volume_raw, close, volume in held:
        ratio = 2 if day < datetime(2026, 2, 17).date() else 1
        assert float(close_raw) == pytest.approx(traded[day][0], rel=2e-7), day
        assert float(close) == pytest.approx(traded[day][0] / ratio, rel=2e-7), day
        assert abs(float(volume_raw) - traded[day][1]) <= 1, day
        assert abs(float(volume) - traded[day][1] * ratio) <= 2, day


def test_raw_rows_stay_byte_equal_and_a_full_build_says_the_same(
    lived: tuple[str, DataFolder], tmp_path: Path
) -> None:
    _, folder = lived
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        for path, table, seq, count in connection.execute(
            "select path, table_name, file_seq, row_count from raw.landing_files"
            " where table_name like 'yahoo%'"
        ).fetchall():
            differing = connection.execute(
                f"select count(*) from (select * from raw.{table} where file_seq = {seq} except"
                f" select * from read_parquet('{folder.landing / path}'))"
            ).fetchone()
            assert differing == (0,), path
            assert connection.execute(
                f"select count(*) from raw.{table} where file_seq = {seq}"
            ).fetchone() == (count,)
    tables = ("bar_versions", "daily_bars", "intraday_bars", "technical_indicators",
              "adjustment_factors", "corporate_action_versions")  # fmt: skip
    before = {name: asked(folder, f"select * from {name} order by all") for name in tables}
    clock.use(lambda: RUNS[-1] + timedelta(hours=1))
    settings = Settings(data_dir=folder.root)
    settings.sandbox.start = RUNS[-1]

    def whole(runner: Runner) -> None:
        narrow(runner)
        runner.full_refresh = True

    report = run(settings, ("build", "publish"), prepare=whole)
    clock.use(None)
    assert not report.errors
    for name in tables:
        assert asked(folder, f"select * from {name} order by all") == before[name], name
