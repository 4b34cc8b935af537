"""Fixtures that many tests share: an own data folder, and one demo warehouse for all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import never_loaded
import pytest
from command_line import tapehouse

from bench.engines import postgres_server
from bench.engines.postgres_server import Postgres
from warehouse import clock, settings
from warehouse.folder import DataFolder
from warehouse.lock import FileLock
from warehouse.settings import Settings


@pytest.fixture(autouse=True)
def _own_time() -> Iterator[None]:
    """A test that lives at another hour does not take the next one there."""
    yield
    clock.use(None)
    clock.live_by(None)


@pytest.fixture(autouse=True, scope="session")
def _own_budgets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test, and no process that one starts, counts in the ledger of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(autouse=True, scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the workers of this session keep what they make once for all of them."""
    base = tmp_path_factory.getbasetemp()
    never_loaded.shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return never_loaded.shared


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    found = DataFolder(tmp_path / "data")
    found.prepare()
    return found


@pytest.fixture
def own_settings(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings that point into the test's own folder, for this process and its children."""
    monkeypatch.setenv("TAPEHOUSE_DATA_DIR", str(folder.root))
    return settings.load()


@pytest.fixture(scope="session")
def demo(shared: Path) -> DataFolder:
    """One demo warehouse for all workers, made by the real command; tests only read it."""
    found = DataFolder(shared / "demo" / "data")
    with FileLock(shared / "demo.lock").held(wait_seconds=300):
        if not found.market.exists():
            tapehouse(found.root, "demo")
    return found


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL server; only outside of CI may a machine lack one."""
    if postgres_server.binaries() is None and not os.environ.get("CI"):
        pytest.skip(postgres_server.MISSING)
    with postgres_server.running() as server:
        yield server
