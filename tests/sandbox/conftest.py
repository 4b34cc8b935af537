"""An exchange on a real socket, a way to ask it, and the recorded samples."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox import Exchange

DURING_TRADING = datetime(2026, 3, 11, 15, 0, 30)


@pytest.fixture(scope="session")
def shared_exchange() -> Iterator[Exchange]:
    with Exchange(now=DURING_TRADING) as exchange:
        yield exchange


@pytest.fixture
def exchange(shared_exchange: Exchange) -> Iterator[Exchange]:
    """The shared exchange, put back as it was after each test."""
    yield shared_exchange
    shared_exchange.clear_faults()
    shared_exchange.clear_journal()
    shared_exchange.set_clock(DURING_TRADING, ticking=False)


@pytest.fixture
def get(exchange: Exchange) -> Callable[..., requests.Response]:
    def ask(path: str, **parameters: Any) -> requests.Response:
        return requests.get(exchange.url + path, params=parameters, timeout=10)

    return ask


@pytest.fixture
def sample() -> Callable[[str], Any]:
    root = Path(__file__).resolve().parents[3] / "shared" / "providers" / "samples"
    folder = Path(os.environ.get("TAPEHOUSE_SAMPLES", root))
    if not folder.is_dir():
        pytest.skip("no recorded samples here")

    def read(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    return read
