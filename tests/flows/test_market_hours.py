"""The scheduled flow: what the calendar lets through, how runs end, and Prefect around them."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from extract.landing import Landing
from extract.plan import Choice
from flows.run import run
from flows.schedules import Ending, ending_of, next_open, overtaken, take_turn
from publish import open_market
from sandbox import Exchange
from warehouse import clock, database, errors, runs
from warehouse.settings import PROJECT, Settings

if TYPE_CHECKING:
    from conftest import Harness

SATURDAY = datetime(2026, 3, 14, 16, 0)
BITCOIN = Choice(("BTCUSDT",), intervals=("1d",))


@pytest.mark.parametrize(
    ("calendar", "now", "opens_at"),
    [
        ("XNYS", "2026-03-11 15:00", None),
        ("XNYS", "2026-03-11 20:15", None),
        ("XNYS", "2026-03-11 20:30", "2026-03-12 13:30"),
        ("XNYS", "2026-03-11 13:29", "2026-03-11 13:30"),
        ("XNYS", "2026-03-14 16:00", "2026-03-16 13:30"),
        ("XNYS", "2026-11-26 16:00", "2026-11-27 14:30"),
        ("XNYS", "2026-11-27 18:15", None),
        ("XNYS", "2026-11-27 18:30", "2026-11-30 14:30"),
        ("XTKS", "2026-03-11 02:35", None),
        ("XTKS", "2026-03-11 03:15", "2026-03-11 03:30"),
        ("24/7", "2026-03-14 16:00", None),
    ],
    ids=[
        "in a session",
        "the close is still to be fetched",
        "evening",
        "a minute early",
        "saturday",
        "holiday",
        "early close is still to be fetched",
        "early close is over",
        "lunch has begun",
        "lunch",
        "crypto never shuts",
    ],
)
def test_the_calendar_decides_whether_there_is_work(
    calendar: str, now: str, opens_at: str | None
) -> None:
    expected = datetime.fromisoformat(opens_at) if opens_at else None
    assert next_open(calendar, datetime.fromisoformat(now)) == expected


def test_a_closed_market_is_left_alone_and_told_when_it_opens(own_settings: Settings) -> None:
    own_settings.folder.prepare("real")
    clock.use(lambda: SATURDAY)
    ending = take_turn(own_settings)
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
    assert take_turn(own_settings, choice=BITCOIN).name == "Busy"


def test_a_forced_run_works_although_the_market_is_closed(
    at_exchange: Settings, exchange: Exchange, other_writer: None
) -> None:
    exchange.set_clock(SATURDAY)
    assert take_turn(at_exchange, choice=BITCOIN).name == "Skipped"
    assert exchange.journal() == []
    assert take_turn(at_exchange, choice=BITCOIN, force=True).name == "Busy"
    assert exchange.journal() != []


def test_a_busy_warehouse_costs_nothing_that_was_fetched(
    at_exchange: Settings, other_writer: None
) -> None:
    ending = take_turn(at_exchange, choice=BITCOIN, wait_seconds=0.2)
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


def test_a_late_run_leaves_the_work_to_the_newer_one() -> None:
    now = clock.system_now().replace(tzinfo=UTC)
    assert overtaken(now - timedelta(minutes=5)) is None
    late = overtaken(now - timedelta(hours=2))
    assert isinstance(late, Ending)
    assert late.name == "Skipped"
    assert late.error is None


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
    code = "import sys, flows.run, flows.schedules; sys.exit('prefect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, timeout=60).returncode == 0
    importers = set()
    for path in (PROJECT / "flows").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if any(name.split(".")[0] == "prefect" for name in names):
                importers.add(path.name)
    assert importers == {"market_hours.py"}


def declared() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((PROJECT / "prefect.yaml").read_text())[
        "deployments"
    ]
    return found


def test_the_timetable_shows_every_schedule() -> None:
    timetable = (PROJECT / "flows" / "README.md").read_text(encoding="utf-8")
    for deployment in declared():
        row = next(
            line for line in timetable.splitlines() if line.startswith(f"| `{deployment['name']}`")
        )
        for schedule in deployment["schedules"]:
            assert f"`{schedule['cron']}`" in row
            assert schedule["timezone"] in row


def test_a_deployment_is_on_the_server_as_it_is_declared(prefect_server: Harness) -> None:
    (found,) = prefect_server.post("deployments/filter")
    (wanted,) = declared()
    (schedule,) = found["schedules"]
    assert {name: schedule["schedule"][name] for name in ("cron", "timezone")} == {
        "cron": wanted["schedules"][0]["cron"],
        "timezone": "America/New_York",
    }
    assert found["parameters"] == wanted["parameters"]
    assert found["global_concurrency_limit"]["limit"] == 1
    assert found["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert found["pull_steps"] == [
        {"prefect.deployments.steps.set_working_directory": {"directory": str(PROJECT)}}
    ]


def test_a_worker_takes_one_run_at_a_time_through_to_readers(worker: Harness) -> None:
    (deployment,) = worker.post("deployments/filter")
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
    for step in ("plan", "extract", "load", "build", "publish"):
        assert f'"step": "{step}"' in artifact["data"]
    tasks = worker.post("task_runs/filter")
    assert {one["name"].split("-")[0] for one in tasks} == {
        "plan", "extract", "load", "build", "publish",
    }  # fmt: skip


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


def test_only_extraction_is_tried_again(
    prefect_server: Harness,
    at_exchange: Settings,
    exchange: Exchange,
    other_writer: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import flows.market_hours as module

    exchange.add_fault({"do": {"status": 503}})
    monkeypatch.setattr(module, "RETRY_DELAYS", [0, 0])
    state = module.market_hours(symbols=["BTCUSDT"], wait_seconds=0, return_state=True)
    assert (state.is_completed(), state.name) == (True, "Busy")
    flow_run = str(state.state_details.flow_run_id)
    tried = {
        one["name"].split("-")[0]: (one["run_count"], one["state_name"])
        for one in prefect_server.post(
            "task_runs/filter", task_runs={"flow_run_id": {"any_": [flow_run]}}
        )
    }
    assert tried == {"plan": (1, "Completed"), "extract": (3, "Failed"), "load": (1, "Busy")}
