"""Putting the schedules of `prefect.yaml` on the server, without undoing what a person paused."""

from __future__ import annotations

import hashlib
from typing import Any

from flows.server import children
from flows.server.api import Api
from flows.server.place import POOL, Place
from flows.turns import frames
from warehouse.settings import PROJECT


def deploy(place: Place, api: Api) -> str:
    """Only when the file, the project's folder or the server's own record is another one."""
    if not api.has_pool(POOL):
        children.tool("work-pool", "create", POOL, "--type", "process")
    text = f"{PROJECT}\n{frames.FILE.read_text(encoding='utf-8')}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    before = api.deployments()
    wanted = {frame.full_name for frame in frames.frames()}
    if wanted <= before.keys() and _deployed(place) == digest:
        return f"{len(wanted)} deployments are as they were"
    children.tool("deploy", "--all")
    after = api.deployments()
    for name in wanted & before.keys():
        _as_a_person_left_it(api, before[name], after[name])
    for name in before.keys() - wanted:
        api.ask("DELETE", f"deployments/{before[name]['id']}")
    _mark(place).write_text(digest, encoding="utf-8")
    return f"{len(wanted)} deployments from {frames.FILE.name}"


def _as_a_person_left_it(api: Api, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Paused stays paused, and resumed resumed: the file says it for new ones only."""
    if before["paused"] != after["paused"]:
        act = "pause_deployment" if before["paused"] else "resume_deployment"
        api.ask("POST", f"deployments/{after['id']}/{act}")
    active = {_line(one): one["active"] for one in before["schedules"]}
    for one in after["schedules"]:
        if active.get(_line(one), one["active"]) != one["active"]:
            path = f"deployments/{after['id']}/schedules/{one['id']}"
            api.ask("PATCH", path, {"active": not one["active"]})


def _line(schedule: dict[str, Any]) -> tuple[str, str]:
    return schedule["schedule"].get("cron", ""), schedule["schedule"].get("timezone", "")


def _mark(place: Place) -> Any:
    return place.home / "deployed.sha256"


def _deployed(place: Place) -> str:
    mark = _mark(place)
    return mark.read_text(encoding="utf-8") if mark.exists() else ""
