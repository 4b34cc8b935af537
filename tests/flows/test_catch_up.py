"""After a missed night there is one run of all that is due, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import Harness

from flows.server.api import Api
from flows.server.downtime import catch_up
from flows.turns import journal
from flows.turns.taking import EVERY_MARKET, REPAIR
from warehouse.folder import DataFolder


def waiting(harness: Harness) -> list[str]:
    """Runs of the nightly repair that stand on the server."""
    repairs = [one["id"] for name, one in harness.deployments().items() if name.startswith(REPAIR)]
    found = harness.post("flow_runs/filter", deployments={"id": {"any_": repairs}})
    return [run["id"] for run in found if run["state_type"] == "SCHEDULED"]


@pytest.fixture
def server(prefect_server: Harness) -> Iterator[Harness]:
    """What waits there in the end is taken away, so that no worker of another test finds it."""
    before = waiting(prefect_server)
    yield prefect_server
    for left in set(waiting(prefect_server)) - set(before):
        Api(prefect_server.url).ask("DELETE", f"flow_runs/{left}")


def test_a_missed_night_is_one_run_and_one_that_was_not_is_none(
    server: Harness, folder: DataFolder
) -> None:
    api = Api(server.url)
    folder.prepare("real")
    before = waiting(server)
    (told,) = catch_up(api, folder)
    assert told.startswith(f"{REPAIR}/")
    assert "one run catches up" in told
    assert len(waiting(server)) == len(before) + 1

    old = journal.noted(REPAIR, EVERY_MARKET, "Completed", "of the week before")
    week = timedelta(days=7)
    past = replace(old, at=old.at - week, until=old.until - week)
    journal.add(folder, past)
    assert len(catch_up(api, folder)) == 1

    journal.add(folder, journal.noted(REPAIR, EVERY_MARKET, "Completed", "done"))
    assert catch_up(api, folder) == []


def test_a_sandbox_misses_nothing(server: Harness, folder: DataFolder) -> None:
    folder.prepare("sandbox")
    assert catch_up(Api(server.url), folder) == []
