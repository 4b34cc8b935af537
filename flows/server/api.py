"""What is asked of the server over HTTP, without importing Prefect: it starts slowly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

PAGE = 200


class Api:
    """Tries again while the server says 503, as Prefect's own client does."""

    def __init__(self, url: str, timeout: float = 30) -> None:
        self.url = url
        self._timeout = timeout
        self._session = requests.Session()
        # A proxy of the environment has no business with this machine's own address.
        self._session.trust_env = False
        again = Retry(total=5, status_forcelist=[503], allowed_methods=None, backoff_factor=0.5)
        self._session.mount("http://", HTTPAdapter(max_retries=again))

    def healthy(self) -> bool:
        try:
            return requests.get(f"{self.url}/health", timeout=2, proxies={"http": ""}).ok
        except requests.RequestException:
            return False

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._session.request(
            method, f"{self.url}/{path}", json=body, timeout=self._timeout
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def has_pool(self, name: str) -> bool:
        return any(one["name"] == name for one in self.ask("POST", "work_pools/filter", {}))

    def deployments(self) -> dict[str, dict[str, Any]]:
        """By the name that `prefect deployment run` takes."""
        flows = {one["id"]: one["name"] for one in self.ask("POST", "flows/filter", {})}
        found = self.ask("POST", "deployments/filter", {})
        return {f"{flows[one['flow_id']]}/{one['name']}": one for one in found}

    def flow_runs(self, *states: str, since: datetime | None = None) -> list[dict[str, Any]]:
        """Of the states, all or those that have ended since."""
        wanted: dict[str, Any] = {"state": {"type": {"any_": list(states)}}}
        if since:
            wanted["end_time"] = {"after_": f"{since.isoformat()}Z"}
        found: list[dict[str, Any]] = []
        while True:
            body = {"flow_runs": wanted, "limit": PAGE, "offset": len(found), "sort": "ID_DESC"}
            page = self.ask("POST", "flow_runs/filter", body)
            found += page
            if len(page) < PAGE:
                return found

    def end(self, flow_run: dict[str, Any], kind: str, name: str, message: str) -> None:
        state = {"type": kind, "name": name, "message": message}
        body = {"state": state, "force": True}
        self.ask("POST", f"flow_runs/{flow_run['id']}/set_state", body)
