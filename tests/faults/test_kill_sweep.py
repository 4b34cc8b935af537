"""A short sweep of kills through fetching and loading; `kill_runs` is the long one."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb

from sandbox import Exchange
from warehouse.errors import DONE

from .judge import Verdict, alike, judge_raw, leftovers
from .trials import Trial
from .truth import closed_bars

COMMAND = ("run", "--steps", "extract,load", "BTCUSDT", "AAPL")
HELD = """
select interval, opened_at, open, high, low, close, volume from raw.binance_bars
"""


def test_three_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    draw = random.Random(3)
    with Exchange(limits=False) as exchange:
        trial = Trial(tmp_path / "data", exchange)
        ended = [trial.hurt(COMMAND, draw.uniform(2.0, 5.0)).code for _ in range(3)]
        assert any(code < 0 for code in ended)
        recovery = trial.run(*COMMAND)
        assert recovery.code == DONE, recovery.output
        verdict = Verdict(stuck=leftovers(trial.folder))
        with duckdb.connect(str(trial.folder.warehouse), read_only=True) as connection:
            judge_raw(connection, trial.folder, verdict)
            rows = connection.execute(HELD).fetchall()
        assert verdict.passed, verdict.told
        truth = closed_bars(exchange, ["BTCUSDT"], exchange.now())
        held = {("BTCUSDT", interval, at): figures for interval, at, *figures in rows}
        assert len(held) == len(rows)
        assert held.keys() == truth.keys()
        assert all(alike(truth[key], figures) for key, figures in held.items())
