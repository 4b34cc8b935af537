"""The scheduled flow: what the calendar lets through, how runs end, and Prefect around them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from extract.landing import Landing
from extract.plan import Choice
from flows.run import run
from flows.schedules import Ending, ending_of
from flows.turns.frames import frames
from flows.turns.taking import FLOWS, Turn, take
from publish import open_market
from sandbox import Exchange
from warehouse import clock, database, errors, runs
from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from conftest import Harness

SATURDAY = datetime(2026, 3, 14, 16, 0)
BITCOIN = Choice(("BTCUSDT",), intervals=("1d",))
PREFECTS = {
    "after_close.py", "edge.py", "market_hours.py", "repair.py", "retention.py",
    "weekly_report.py",
}  # fmt: skip


def turn_of(settings: Settings, force: bool = False, wait_seconds: float = 0) -> Ending:
    return take(Turn(settings, choice=BITCOIN, force=force, wait_seconds=wait_seconds))


def test_a_closed_market_is_left_alone_and_told_when_it_opens(own_settings: Settings) -> None:
    own_settings.folder.prepare("real")
    clock.use(lambda: SATURDAY)
    ending = turn_of(own_settings)
    assert (ending.name, ending.message, ending.exit_code) == (
        "Skipped",
        "skipped: closed, next open 2026-03-16 13:30 UTC",
        errors.DONE,
    )
    assert runs.run_ids(own_settings.folder) == []


def test_a_sandbox_folder_is_in_session_whatever_the_machine_says(
    own_settings: Settings, other_writer: None
) -> None:
    own_settings.folder.prepare("sandbox")
    clock.use(lambda: SATURDAY)
    assert turn_of(own_settings).name == "Busy"


def test_a_forced_run_works_although_the_market_is_closed(
    at_exchange: Settings, exchange: Exchange, other_writer: None
) -> None:
    exchange.set_clock(SATURDAY)
    assert turn_of(at_exchange).name == "Skipped"
    assert exchange.journal() == []
    assert turn_of(at_exchange, force=True).name == "Busy"
    assert exchange.journal() != []


def test_a_busy_warehouse_costs_nothing_that_was_fetched(
    at_exchange: Settings, other_writer: None
) -> None:
    ending = turn_of(at_exchange, wait_seconds=0.2)
    assert (ending.name, ending.error, ending.exit_code) == ("Busy", None, errors.BUSY)
    assert ending.message.startswith("busy, the next run takes it; ")
    assert "another program" in ending.message
    landed = {line.table_name for line in Landing(at_exchange.folder).manifest.lines()}
    assert "binance_bars" in landed


def test_failed_units_are_told_and_do_not_fail_the_run(
    at_exchange: Settings, exchange: Exchange
) -> None:
    exchange.add_fault({"do": {"status": 503}, "match": {"symbol": "ETHUSDT"}})
    choice = Choice(("BTCUSDT", "ETHUSDT"), intervals=("1d",))
    ending = ending_of(run(at_exchange, ("extract", "load"), choice))
    assert (ending.name, ending.error, ending.exit_code) == (
        "FailedUnits",
        None,
        errors.FAILED_UNITS,
    )
    assert "2 of 8 units failed, the next run asks again" in ending.message


def test_a_provider_that_answers_nothing_is_told_apart(
    at_exchange: Settings, exchange: Exchange
) -> None:
    exchange.add_fault({"do": {"status": 503}})
    ending = ending_of(run(at_exchange, ("extract", "load"), BITCOIN))
    assert (ending.name, ending.exit_code) == ("FailedUnits", errors.PROVIDER_AWAY)


def test_a_failed_build_fails_the_run_and_publishes_nothing(at_exchange: Settings) -> None:
    folder = at_exchange.folder
    run(at_exchange, ("extract", "load"), BITCOIN)
    with database.connect(folder.warehouse) as connection:
        tables = connection.execute(
            "select table_name from information_schema.columns "
            "where table_schema = 'raw' and column_name = 'file_seq'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(f"alter table raw.{table} rename column file_seq to lost")
    ending = ending_of(run(at_exchange, ("build", "publish")))
    assert (ending.name, ending.exit_code) == ("Failed", errors.BAD_DATA)
    assert ending.error is not None
    assert not folder.market.exists()


def script(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    return subprocess.run(
        [sys.executable, "flows/market_hours.py", *arguments],
        cwd=PROJECT,
        env={**kept, "TAPEHOUSE_DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_script_runs_without_a_server_and_says_how_it_ended(
    at_exchange: Settings, other_writer: None, tmp_path: Path
) -> None:
    home = tmp_path / "prefect"
    busy = script(at_exchange.folder.root, "BTCUSDT", "--wait", "0", PREFECT_HOME=str(home))
    assert busy.returncode == errors.BUSY, busy.stdout + busy.stderr
    said = busy.stdout.splitlines()
    assert [line.split()[:2] for line in said[:3]] == [
        ["plan", "ok"],
        ["extract", "ok"],
        ["load", "busy"],
    ]
    assert said[3].startswith("busy, the next run takes it")
    assert busy.stderr == ""
    assert not list(home.glob("*.db")), "a server of its own was started"


def test_a_run_needs_no_prefect() -> None:
    code = (
        "import sys, flows.run, flows.turns.upcoming, cli.main; sys.exit('prefect' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=60).returncode == 0
    importers = set()
    for path in (PROJECT / "flows").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] == "prefect" for name in names):
                importers.add(path.name)
    assert importers == PREFECTS


def test_the_timetable_shows_every_schedule() -> None:
    timetable = (PROJECT / "flows" / "README.md").read_text(encoding="utf-8").splitlines()
    shown = {line.split("`")[1]: line for line in timetable if line.startswith("| `")}
    for frame in frames():
        row = shown[frame.full_name]
        assert f"`{frame.cron}`" in row
        assert frame.timezone in row
        assert ("paused" in row) is frame.is_paused
    rows = {name for name in shown if "/" in name and name.partition("/")[0] in FLOWS}
    assert rows == {frame.full_name for frame in frames()}
    assert {frame.flow for frame in frames()} == FLOWS.keys()


def test_deployments_are_on_the_server_as_they_are_declared(prefect_server: Harness) -> None:
    wanted: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())[
        "deployments"
    ]
    found = prefect_server.deployments()
    assert found.keys() == {frame.full_name for frame in frames()}
    for frame, declared in zip(frames(), wanted, strict=True):
        held = found[frame.full_name]
        (schedule,) = held["schedules"]
        assert (schedule["schedule"]["cron"], schedule["schedule"]["timezone"]) == (
            frame.cron,
            frame.timezone,
        )
        assert held["paused"] is frame.is_paused
        assert held["parameters"] == declared["parameters"]
        assert held["global_concurrency_limit"]["limit"] == 1
        assert held["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
        assert held["pull_steps"] == [
            {"prefect.deployments.steps.set_working_directory": {"directory": str(PROJECT)}}
        ]


def test_a_worker_takes_one_run_at_a_time_through_to_readers(worker: Harness) -> None:
    deployment = worker.deployments()["market-hours/us"]
    path = f"deployments/{deployment['id']}/create_flow_run"
    body = {"parameters": {**deployment["parameters"], "symbols": ["AAPL", "BTCUSDT"]}}
    first = worker.post(path, state={"type": "SCHEDULED"}, **body)["id"]
    while worker.get(f"flow_runs/{first}")["state_type"] == "SCHEDULED":
        clock.sleep(0.5)
    second = worker.post(path, state={"type": "SCHEDULED"}, **body)["id"]
    assert worker.ended(second)["state_type"] == "CANCELLED"
    done = worker.ended(first)
    assert (done["state_type"], done["state_name"]) == ("COMPLETED", "Completed"), done["state"]
    assert "published market-000001.duckdb" in done["state"]["message"]
    with open_market(worker.folder.market).connection as connection:
        (symbols,) = connection.execute("select count(distinct symbol) from daily_bars").fetchall()
    assert symbols == (2,)
    (artifact,) = worker.post("artifacts/filter")
    assert artifact["key"] == "market-hours-steps"
    for step in ("plan", "extract", "load", "build", "publish"):
        assert f'"step": "{step}"' in artifact["data"]
    tags = {one["name"].rpartition("-")[0]: one["tags"] for one in worker.post("task_runs/filter")}
    steps = {step: [f"step:{step}"] for step in ("plan", "extract", "load", "build", "publish")}
    asked = {f"extract {name}": [f"provider:{name}"] for name in ("binance", "fmp", "yahoo")}
    assert {name: tags[name] for name in (steps | asked)} == steps | asked


def test_a_skipped_run_completes_and_says_so(
    prefect_server: Harness, at_exchange: Settings, exchange: Exchange
) -> None:
    from flows.market_hours import market_hours

    exchange.set_clock(SATURDAY)
    state = market_hours(return_state=True)
    assert (state.is_completed(), state.name) == (True, "Skipped")
    assert state.message == "skipped: closed, next open 2026-03-16 13:30 UTC"


def test_a_symbol_that_nobody_knows_fails_the_flow(
    prefect_server: Harness, at_exchange: Settings
) -> None:
    from flows.market_hours import market_hours

    state = market_hours(symbols=["NOSUCH"], return_state=True)
    assert state.is_failed()
    assert "not in the universe: NOSUCH" in str(state.message)


def test_only_a_provider_that_is_away_is_tried_again(
    prefect_server: Harness,
    at_exchange: Settings,
    exchange: Exchange,
    other_writer: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from flows.market_hours import market_hours
    from flows.server import edge

    exchange.add_fault({"do": {"status": 503}, "match": {"symbol": "BTCUSDT"}})
    monkeypatch.setattr(edge, "RETRY_DELAYS", [0, 0])
    state = market_hours(symbols=["AAPL", "BTCUSDT"], wait_seconds=0, return_state=True)
    assert (state.is_completed(), state.name) == (True, "Busy")
    flow_run = str(state.state_details.flow_run_id)
    tried = {
        one["name"].rpartition("-")[0]: (one["run_count"], one["state_name"])
        for one in prefect_server.post(
            "task_runs/filter", task_runs={"flow_run_id": {"any_": [flow_run]}}
        )
    }
    assert tried["extract binance"] == (3, "Failed")
    assert tried["extract yahoo"] == (1, "Completed")
    assert (tried["extract"], tried["load"]) == ((1, "Completed"), (1, "Busy"))
