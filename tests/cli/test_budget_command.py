"""`tapehouse budget` shows what the ledger holds, and what a backfill would cost."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import tapehouse

from extract.budgets.budget import Budget
from extract.budgets.ledger import Priority
from extract.outcomes import FetchFailed, Outcome
from warehouse.provider_settings import BinanceSettings, YahooSettings

SPAN = ("--start", "2026-01-01", "--end", "2026-01-10", "--interval", "day")


def test_what_is_used_and_why_a_circuit_is_open(tmp_path: Path) -> None:
    file = tmp_path / "budgets.sqlite"
    own = Budget(file, "yahoo", YahooSettings())
    own.answered(own.take(1, Priority.LIVE))
    banned = Budget(file, "binance", BinanceSettings())
    refusal = FetchFailed(Outcome.BLOCKED, "HTTP 418: banned", 3600, final=True)
    banned.failed(banned.take(25, Priority.LIVE), refusal)
    done = tapehouse(tmp_path / "data", "budget", "--json", TAPEHOUSE_BUDGETS__FILE=str(file))
    found = {(one["provider"], one["window"]): one for one in json.loads(done.stdout)["budgets"]}
    yahoo = found["yahoo", "calls_per_minute"]
    assert (yahoo["used"], yahoo["allowed"], yahoo["circuit"]["name"]) == (1, 60, "closed")
    binance = found["binance", "weight_per_minute"]
    assert (binance["used"], binance["allowed"]) == (25, 5000)
    assert (binance["circuit"]["name"], binance["circuit"]["why"]) == (
        "open",
        "blocked: HTTP 418: banned",
    )
    shown = tapehouse(tmp_path / "data", "budget", TAPEHOUSE_BUDGETS__FILE=str(file)).stdout
    assert "open since" in shown
    assert "HTTP 418: banned" in shown


def test_a_sandbox_folder_counts_for_itself(tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "state").mkdir(parents=True)
    (data / "state" / "origin.json").write_text('{"origin": "sandbox"}')
    done = tapehouse(data, "budget", "--json", XDG_STATE_HOME=str(tmp_path / "machine"))
    assert {one["plan"] for one in json.loads(done.stdout)["budgets"]} == {"sandbox"}
    assert (data / "state" / "budgets.sqlite").exists()
    assert not (tmp_path / "machine").exists()


def test_a_backfill_is_foretold(tmp_path: Path) -> None:
    done = tapehouse(tmp_path / "data", "budget", "plan", "AAPL", "MSFT", *SPAN, "--json")
    (told,) = json.loads(done.stdout)["providers"]
    assert (told["provider"], told["requests"], told["plan"]) == ("yahoo", 2, "public")
    assert told["seconds"] > 1


def test_a_span_that_is_not_said_is_asked_for(tmp_path: Path) -> None:
    done = tapehouse(tmp_path / "data", "budget", "plan", "BTCUSDT", check=False)
    assert done.returncode == 64
    assert "--days or --start" in done.stderr
