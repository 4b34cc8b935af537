"""The exchange that the tests of provider packages ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from sandbox import Exchange
from warehouse import clock

NOW = datetime(2026, 3, 11, 15, 0)


@pytest.fixture(scope="session")
def _served() -> Iterator[Exchange]:
    with Exchange(seed=7, now=NOW) as exchange:
        yield exchange


@pytest.fixture
def exchange(_served: Exchange) -> Iterator[Exchange]:
    """At its usual hour, without faults, and the product lives by its clock."""
    _served.set_clock(NOW)
    _served.clear_journal()
    clock.use(_served.now)
    yield _served
    _served.clear_faults()
    clock.use(None)
