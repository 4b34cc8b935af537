"""Lets dbt compute stored indicators with the kernel, inside the transaction of the model.

The profile names this module; dbt-duckdb calls the methods of `Plugin` by name.
"""

from __future__ import annotations

import threading
from typing import Any

import duckdb

from warehouse.series import store
from warehouse.series.plan import Plan


class Plugin:
    """Each thread of dbt has a connection of its own, which is where its model is built."""

    def __init__(self, name: str, plugin_config: dict[str, Any], credentials: Any) -> None:
        self.name = name
        self._of_thread = threading.local()

    def configure_connection(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Nothing to set on a connection."""

    def update_connection_config(self, credentials: Any, config: dict[str, Any]) -> None:
        """Nothing to set before there is a connection."""

    def configure_cursor(self, cursor: Any) -> None:
        self._of_thread.cursor = cursor

    def load(self, source_config: Any) -> Any:
        raise NotImplementedError("sources are raw tables")

    def store(self, target_config: Any) -> None:
        """What the materialization `series` asks for."""
        asked = target_config.config
        compute = store.update if asked["begun"] else store.rebuild
        compute(self._of_thread.cursor, Plan(**asked["plan"]))
