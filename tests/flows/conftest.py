"""One Prefect server, pool and worker for the whole session, all on 127.0.0.1."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from alerting import Receiver, like
from never_loaded import begin
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from flows.server.api import Api
from sandbox import Exchange
from warehouse import clock, settings
from warehouse.folder import DataFolder
from warehouse.lock import writer_lock_path
from warehouse.settings import PROJECT, Settings

IN_SESSION = datetime(2026, 3, 11, 15, 0)
PREFECT = Path(sys.executable).with_name("prefect")
HOLDER = """
import sys
from pathlib import Path
from warehouse.lock import FileLock
FileLock(Path(sys.argv[1]), "another program").take()
sys.stdout.write("held\\n")
sys.stdout.flush()
sys.stdin.read()
"""


@dataclass(frozen=True)
class Harness:
    """A server with its pool and deployment; the worker's data folder is a sandbox."""

    url: str
    environment: dict[str, str]
    folder: DataFolder

    def prefect(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [PREFECT, "--no-prompt", *arguments],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    def post(self, path: str, **body: Any) -> Any:
        """Tries again while the server says 503, as Prefect's own client does."""
        again = Retry(total=5, status_forcelist=[503], allowed_methods=None, backoff_factor=0.5)
        with requests.Session() as session:
            session.mount("http://", HTTPAdapter(max_retries=again))
            answer = session.post(f"{self.url}/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def get(self, path: str) -> Any:
        answer = requests.get(f"{self.url}/{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()

    def deployments(self) -> dict[str, dict[str, Any]]:
        return Api(self.url).deployments()

    def ended(self, flow_run_id: str) -> dict[str, Any]:
        """The flow run, once it has come to its end."""
        until = clock.monotonic() + 150
        while clock.monotonic() < until:
            found: dict[str, Any] = self.get(f"flow_runs/{flow_run_id}")
            if found["state_type"] in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"):
                return found
            clock.sleep(0.5)
        raise AssertionError(f"flow run {flow_run_id} did not end")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    home = tmp_path_factory.mktemp("prefect")
    folder = DataFolder(home / "data")
    folder.prepare("sandbox")
    begin(folder)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    quiet = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": (
            "prefect.server.concurrency.lease_storage.filesystem"
        ),
        # What the clock of the machine says must start nothing here.
        "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    environment = {**os.environ, **quiet, "TAPEHOUSE_DATA_DIR": str(folder.root)}
    harness = Harness(url, environment, folder)
    server = ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with pytest.MonkeyPatch.context() as patch, _started(harness, server, home / "server.log"):
        for name, value in quiet.items():
            patch.setenv(name, value)
        # Prefect reads its settings as it is imported, which a test of this process may do first.
        if context := sys.modules.get("prefect.context"):
            context.refresh_global_settings_context()
        _wait_for(url)
        harness.prefect("work-pool", "create", "tapehouse", "--type", "process")
        harness.prefect("deploy", "--all")
        yield harness
        _drain()


def _drain() -> None:
    """What flows of this process still have to tell, they tell while the server is there."""
    if "prefect" in sys.modules:
        from prefect.events.worker import EventsWorker
        from prefect.logging.handlers import APILogWorker

        EventsWorker.drain_all()
        APILogWorker.drain_all()


@pytest.fixture(scope="session")
def worker(prefect_server: Harness, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    log = tmp_path_factory.mktemp("worker") / "worker.log"
    with _started(prefect_server, ["worker", "start", "--pool", "tapehouse"], log):
        yield prefect_server


@contextmanager
def _started(harness: Harness, arguments: list[str], log: Path) -> Iterator[None]:
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            [PREFECT, *arguments], cwd=PROJECT, env=harness.environment, stdout=file, stderr=file
        )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str) -> None:
    until = clock.monotonic() + 90
    while clock.monotonic() < until:
        try:
            if requests.get(f"{url}/health", timeout=2).ok:
                return
        except requests.RequestException:
            clock.sleep(0.3)
    raise AssertionError("the Prefect server did not start")


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(seed=7, now=IN_SESSION) as running:
        yield running


@pytest.fixture
def at_exchange(
    own_settings: Settings, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A sandbox folder whose exchange, and so its hour, belongs to the test."""
    own_settings.folder.prepare("sandbox")
    monkeypatch.setenv("TAPEHOUSE_SANDBOX__URL", exchange.url)
    return settings.load()


@pytest.fixture
def other_writer(own_settings: Settings) -> Iterator[None]:
    """Another process holds the writer's lock of the test's folder."""
    path = writer_lock_path(own_settings.folder.root)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield
        process.communicate(timeout=20)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with Receiver() as running:
        monkeypatch.setenv("TAPEHOUSE_ALERTS__WEBHOOK__URL", running.url)
        yield running


@pytest.fixture
def own(
    demo: DataFolder, folder: DataFolder, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """A sandbox folder with the demo's copy in it, whose alerts go to the test's receiver."""
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(folder.root))
    like(demo, folder)
    return settings.load()


@pytest.fixture
def watched(own: Settings, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The same, at the hour of an exchange that the test moves."""
    monkeypatch.setenv("TAPEHOUSE_SANDBOX__URL", exchange.url)
    return settings.load()
