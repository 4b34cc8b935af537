"""After downtime: what is late is skipped, what died is ended, what was missed is one run."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any

from flows.server.api import Api
from flows.turns import journal
from flows.turns.frames import Frame, frames
from flows.turns.taking import EVERY_MARKET, REPAIR
from warehouse import clock
from warehouse.folder import DataFolder


def tidy(api: Api) -> list[str]:
    """Before a worker starts: no run can be running, and of the late ones the newest does all."""
    told = []
    dead = api.flow_runs("RUNNING", "PENDING", "CANCELLING")
    for run in dead:
        api.end(run, "CRASHED", "Crashed", "its process died; the next run heals and goes on")
    if dead:
        told.append(f"{len(dead)} runs were under way when their processes died: crashed")
    now = clock.system_now()
    late: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in api.flow_runs("SCHEDULED"):
        if run["auto_scheduled"] and run["deployment_id"] and due(run) < now:
            late[run["deployment_id"]].append(run)
    stale = [run for runs in late.values() for run in sorted(runs, key=due, reverse=True)[1:]]
    for run in stale:
        api.end(run, "CANCELLED", "Skipped", "skipped: late, a newer run does all the work")
    if stale:
        told.append(
            f"{len(stale)} late runs are skipped, the newest of each schedule does the work"
        )
    return told


def due(flow_run: dict[str, Any]) -> datetime:
    stamp = datetime.fromisoformat(flow_run["expected_start_time"].replace("Z", "+00:00"))
    return stamp.astimezone(UTC).replace(tzinfo=None)


def catch_up(api: Api, folder: DataFolder) -> list[str]:
    """One run of all that is due, when the last night's was missed; a sandbox misses nothing."""
    frame = next((one for one in frames() if one.flow == REPAIR), None)
    deployment = api.deployments().get(frame.full_name) if frame else None
    if folder.origin == "sandbox" or frame is None or deployment is None:
        return []
    if deployment["paused"] or not any(one["active"] for one in deployment["schedules"]):
        return []
    last = max((one.until for one in journal.of(folder, REPAIR, EVERY_MARKET)), default=None)
    if last is not None and last >= _last_slot(frame):
        return []
    path = f"deployments/{deployment['id']}/create_flow_run"
    api.ask("POST", path, {"state": {"type": "SCHEDULED"}})
    return [f"{frame.full_name} was missed: one run catches up on all that is due"]


def _last_slot(frame: Frame) -> datetime:
    now = clock.system_now()
    return max(takewhile(lambda slot: slot <= now, frame.slots(now - timedelta(days=8))))
