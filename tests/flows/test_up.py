"""`tapehouse up` as people use it: started, killed, started again, and stopped whole."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from conftest import HOLDER, PREFECT

from flows.server.again import EVERY, TAG
from flows.server.api import Api
from flows.server.children import descendants
from flows.server.place import Place
from flows.turns import journal
from flows.turns.frames import frame_of
from warehouse import clock, errors
from warehouse.errors import ConfigurationError
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path
from warehouse.settings import PROJECT, Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Installed:
    """A sandbox folder, a free port and a home of its own; schedules fire nothing by themselves."""

    place: Place
    environment: dict[str, str]

    @property
    def api(self) -> Api:
        return Api(self.place.api)

    @property
    def children(self) -> dict[str, int]:
        return dict(self.place.remembered().get("children", {}))

    def tapehouse(self, *arguments: str, code: int = errors.DONE) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def run(self, deployment: str, **parameters: Any) -> dict[str, Any]:
        """Through Prefect's own command, from the project's folder, to the run's end."""
        told = [f"--param={name}={json.dumps(given)}" for name, given in parameters.items()]
        done = subprocess.run(
            [PREFECT, "deployment", "run", deployment, *told, "--watch"],
            cwd=PROJECT,
            env={**self.environment, "PREFECT_API_URL": self.place.api},
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return dict(self.api.flow_runs("COMPLETED")[0])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    root = tmp_path_factory.mktemp("up")
    folder = DataFolder(root / "data")
    folder.prepare("sandbox")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    own = {
        "HOME": str(root / "home"),
        "TAPEHOUSE_DATA_DIR": str(folder.root),
        "TAPEHOUSE_PREFECT__PORT": str(port),
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
        "COLUMNS": "200",
    }
    found = Installed(Place(folder, port), {**kept, **own})
    (root / "home").mkdir()
    # Somebody else writes all the while, so that a run ends before the build: it is not the point.
    holder = [sys.executable, "-c", HOLDER, str(writer_lock_path(folder.root))]
    with subprocess.Popen(holder, cwd=PROJECT, stdin=subprocess.PIPE) as writing:
        try:
            yield found
        finally:
            found.tapehouse("down")
            writing.communicate(timeout=20)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that nobody waited for is not alive.
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_up_runs_a_deployment_outlives_a_kill_and_goes_down_whole(installed: Installed) -> None:
    place, api = installed.place, installed.api
    assert f"http://127.0.0.1:{place.port}" in installed.tapehouse("up", "--detach")
    assert "it is up already" in installed.tapehouse("up", code=errors.BUSY)

    done = installed.run("market-hours/us", symbols=["BTCUSDT"], wait_seconds=0)
    assert done["state_name"] == "Busy"
    (artifact,) = api.ask("POST", "artifacts/filter", {})
    assert artifact["key"] == "market-hours-steps"
    status = installed.tapehouse("status")
    assert f"up at http://127.0.0.1:{place.port}" in status
    assert "after-close/us" in status
    assert "paused     market-hours/us-minute" in status
    assert "busy, the next run takes it" in status

    a_run_that_dies_is_started_once_more(installed)

    # A person's choice, three runs that wait, and then everything but the server is killed.
    deployments = api.deployments()
    us = deployments["market-hours/us"]["id"]
    api.ask("POST", f"deployments/{deployments['market-hours/crypto']['id']}/pause_deployment")
    api.ask("POST", f"deployments/{deployments['market-hours/london']['id']}/resume_deployment")
    later = (clock.system_now() + timedelta(days=1)).isoformat() + "Z"
    waits = {"type": "SCHEDULED", "state_details": {"scheduled_time": later}}
    for _ in range(3):
        api.ask("POST", f"deployments/{us}/create_flow_run", {"state": waits})
    left = installed.children
    killed = place.lock_pid()
    assert killed is not None
    for pid in (killed, left["worker"]):
        os.kill(pid, signal.SIGKILL)
    assert "not up" in installed.tapehouse("status", "-n", "0")
    sleep_through_days(place)

    (place.home / "deployed.sha256").unlink()
    installed.tapehouse("up", "--detach")
    log = (place.folder.logs / "up.log").read_text(encoding="utf-8")
    assert f"ended server (process {left['server']}), which a killed `up` had left" in log
    assert "2 late runs are skipped" in log
    assert not alive(left["server"])
    after = api.deployments()
    assert after["market-hours/crypto"]["paused"]
    assert not after["market-hours/london"]["paused"]
    assert after["after-close/london"]["paused"]
    assert [one["state_name"] for one in api.flow_runs("CANCELLED")] == ["Skipped", "Skipped"]
    # The newest of the late ones was started, and left the work to the next slot.
    wait_for(
        lambda: journal.of(place.folder, "market-hours", "us")[-1].message.startswith(
            "skipped: late"
        )
    )
    # The second `up` has looked as well, and was not there when it was started once more.
    states = ("SCHEDULED", "PENDING", "RUNNING", "CRASHED", "COMPLETED", "CANCELLED")
    assert [TAG in one["tags"] for one in api.flow_runs(*states)].count(True) == 1

    running = installed.children
    assert "down: process" in installed.tapehouse("down")
    assert [pid for pid in running.values() if alive(pid)] == []
    assert place.lock_pid() is None
    place.check_port()
    assert "nothing was up" in installed.tapehouse("down")
    assert not (Path(installed.environment["HOME"]) / ".prefect").exists()


def a_run_that_dies_is_started_once_more(installed: Installed) -> None:
    """The writer's lock keeps it waiting; what was started again is not started a third time."""
    api = installed.api
    us = api.deployments()["market-hours/us"]["id"]
    early_in_a_slot("market-hours", "us")
    soon = (clock.system_now() + timedelta(seconds=5)).isoformat() + "Z"
    waits = {"type": "SCHEDULED", "state_details": {"scheduled_time": soon}}
    body = {"state": waits, "parameters": {"symbols": ["BTCUSDT"], "wait_seconds": 200}}
    first = api.ask("POST", f"deployments/{us}/create_flow_run", body)
    make_due(installed.place, [clock.system_now()])
    kill_run(installed, first["id"])

    (second,) = wait_for(lambda: [one for one in api.flow_runs("RUNNING") if TAG in one["tags"]])
    assert second["parameters"] == first["parameters"]
    kill_run(installed, second["id"])
    wait_for(lambda: len(api.flow_runs("CRASHED")) == 2)
    clock.sleep(2 * EVERY)
    assert api.flow_runs("RUNNING", "PENDING", "SCHEDULED") == []
    log = (installed.place.folder.logs / "up.log").read_text(encoding="utf-8")
    assert log.count("market-hours/us: the process of its run died, started once more") == 1


def early_in_a_slot(flow: str, name: str) -> None:
    """What dies late in its slot is left to the next."""
    frame = frame_of(flow, name)
    assert frame
    left = frame.overtaken_at(clock.system_now()) - clock.system_now()
    if left < timedelta(seconds=75):
        clock.sleep(left.total_seconds())


def kill_run(installed: Installed, flow_run: str) -> None:
    def process() -> int | None:
        for pid in descendants(installed.children["worker"]):
            with suppress(OSError):
                if f"PREFECT__FLOW_RUN_ID={flow_run}" in Path(f"/proc/{pid}/environ").read_text():
                    return pid
        return None

    pid = wait_for(process)
    # Told to the server, and not just begun.
    wait_for(lambda: flow_run in [one["id"] for one in installed.api.flow_runs("RUNNING")])
    os.kill(pid, signal.SIGKILL)


def wait_for(found: Callable[[], T]) -> T:
    until = clock.monotonic() + 90
    while not (answer := found()):
        assert clock.monotonic() < until
        clock.sleep(0.3)
    return answer


def sleep_through_days(place: Place) -> None:
    """What waits on the server was due days ago, an hour apart, as its schedule had it."""
    make_due(place, [clock.system_now() - timedelta(days=3, hours=hours) for hours in range(3)])


def make_due(place: Place, moments: Sequence[datetime]) -> None:
    with sqlite3.connect(place.home / "prefect.db", timeout=60) as database:
        waiting = database.execute(
            "select id from flow_run where state_type = 'SCHEDULED'"
        ).fetchall()
        for (run,), at in zip(waiting, moments, strict=True):
            due = f"{at:%Y-%m-%d %H:%M:%S.%f}"
            database.execute(
                "update flow_run set auto_scheduled = 1, expected_start_time = ?, "
                "next_scheduled_start_time = ? where id = ?",
                (due, due, run),
            )
    database.close()


def test_a_port_that_is_taken_is_told_with_the_setting(own_settings: Settings) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        own_settings.prefect.port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match="is taken") as told:
            Place.of(own_settings).check_port()
    assert "prefect.port" in told.value.next_step


def test_children_hold_their_lock_when_their_parent_is_gone(folder: DataFolder) -> None:
    path = folder.state / "held.lock"
    lock = FileLock(path)
    lock.take()
    child = subprocess.Popen(["sleep", "60"], pass_fds=lock.descriptors)
    lock.release()
    assert not FileLock(path).try_take()
    child.kill()
    child.wait()
    free = FileLock(path)
    assert free.try_take()
    free.release()
