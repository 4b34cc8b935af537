"""A scheduled run whose process died is started once more in its slot, and not only in the next."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests

from flows.server.api import Api
from flows.server.downtime import due
from flows.turns.frames import frame_of, is_overtaken
from warehouse import clock

EVERY = 5.0
TAG = "again"


class Again:
    """Looks every few seconds at what crashed since it was made."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._seen: set[str] = set()
        self._since = clock.system_now()
        self._next = clock.monotonic()

    def look(self) -> list[str]:
        """What was started again; a server that does not answer is asked again later."""
        if clock.monotonic() < self._next:
            return []
        self._next = clock.monotonic() + EVERY
        try:
            # A server tells of an end a moment after it.
            died = self._api.flow_runs("CRASHED", since=self._since - timedelta(minutes=1))
            fresh = [run for run in died if run["id"] not in self._seen]
            if not fresh:
                return []
            names = {one["id"]: name for name, one in self._api.deployments().items()}
            return [told for run in fresh if (told := self._once_more(run, names))]
        except requests.RequestException:
            return []

    def _once_more(self, run: dict[str, Any], names: dict[str, str]) -> str:
        self._seen.add(run["id"])
        name = names.get(run["deployment_id"] or "")
        if name is None or TAG in run["tags"] or not run["auto_scheduled"]:
            return ""
        if is_overtaken(frame_of(*name.split("/", 1)), due(run), clock.system_now()):
            return ""
        again = {
            "state": {"type": "SCHEDULED"},
            "parameters": run["parameters"],
            "tags": [TAG],
            # The `up` before this one may have done it: the server gives its run back then.
            "idempotency_key": f"{TAG}-{run['id']}",
        }
        path = f"deployments/{run['deployment_id']}/create_flow_run"
        made = self._api.ask("POST", path, again)
        if made["state"]["type"] != "SCHEDULED":
            return ""
        return f"{name}: the process of its run died, started once more"
