"""Fixtures that many tests share: an own data folder, and one demo warehouse for all."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import clock, settings
from warehouse.folder import DataFolder
from warehouse.settings import PROJECT, Settings


@pytest.fixture(autouse=True)
def _own_time() -> Iterator[None]:
    """A test that lives at another hour does not take the next one there."""
    yield
    clock.use(None)


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


def tapehouse(
    data: Path, *arguments: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=PROJECT,
        env={**os.environ, "TAPEHOUSE_DATA_DIR": str(data), "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """One demo warehouse, made by the real command; tests only read it."""
    found = DataFolder(tmp_path_factory.mktemp("demo") / "data")
    tapehouse(found.root, "demo")
    return found
