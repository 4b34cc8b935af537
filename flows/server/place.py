"""Where Prefect lives: a home inside the data folder, one address on this machine."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warehouse.errors import ConfigurationError
from warehouse.folder import DataFolder, write_whole
from warehouse.lock import FileLock
from warehouse.settings import Settings, export_for_children

HOST = "127.0.0.1"
POOL = "tapehouse"
LEASES = "prefect.server.concurrency.lease_storage.filesystem"


@dataclass(frozen=True)
class Place:
    """Paths, address and locks of one data folder's server."""

    folder: DataFolder
    port: int

    @classmethod
    def of(cls, settings: Settings) -> Place:
        return cls(settings.folder, settings.prefect.port)

    @property
    def home(self) -> Path:
        return self.folder.state / "prefect"

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.address}/api"

    @property
    def lock(self) -> FileLock:
        """Held by the process that was told `up`."""
        return FileLock(self.folder.state / "up.lock", "tapehouse up")

    @property
    def children_lock(self) -> Path:
        """Each child inherits it, so the kernel frees it when the last of them has ended."""
        return self.folder.state / "up.children.lock"

    @property
    def _state(self) -> Path:
        return self.folder.state / "up.json"

    def remember(self, **state: Any) -> None:
        write_whole(self._state, json.dumps({**self.remembered(), **state}) + "\n")

    def remembered(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._state.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def forget(self) -> None:
        self._state.unlink(missing_ok=True)

    def lock_pid(self) -> int | None:
        """The process that is up; None when none is."""
        lock = self.lock
        if lock.try_take():
            lock.release()
            return None
        return lock.holder_pid()

    def check_port(self) -> None:
        with socket.socket() as probe:
            # A server that has just ended leaves its port in a state that the next may take.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError:
                raise ConfigurationError(
                    f"port {self.port} is taken by another program",
                    "end it, or set prefect.port in tapehouse.toml (TAPEHOUSE_PREFECT__PORT)",
                ) from None

    def export(self) -> None:
        """What every child and Prefect itself reads; nothing of it touches a person's own home."""
        export_for_children(
            TAPEHOUSE_DATA_DIR=self.folder.root.absolute(),
            PREFECT_HOME=self.home.absolute(),
            PREFECT_API_URL=self.api,
            PREFECT_SERVER_ANALYTICS_ENABLED="false",
            DO_NOT_TRACK="1",
            # In memory, a power cut would leave "one run at a time" taken for ever.
            PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE=LEASES,
            # Few runs ahead, so that a long sleep leaves few late ones behind.
            PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS=12,
            PREFECT_SERVER_DATABASE_TIMEOUT=60,
            PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT=60,
            PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED="events,flow_runs",
            PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD=30 * 86_400,
        )
