"""Plain `dbt build` behaves like the product: it takes the writer's lock and publishes at its end.

The profile names this module; dbt-duckdb calls the methods of `Plugin` by name.
"""

from __future__ import annotations

import atexit
import sys
from pathlib import Path
from typing import Any

import duckdb

from publish import snapshot
from warehouse import dbt_runner, settings
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.lock import FileLock, writer_lock_path


class Plugin:
    """One lock for each dbt process, taken before DuckDB opens the file."""

    def __init__(self, name: str, plugin_config: dict[str, Any], credentials: Any) -> None:
        self.name = name
        self.folder = DataFolder(Path(credentials.path).resolve().parent)
        self.passed = False

    def update_connection_config(self, credentials: Any, config: dict[str, Any]) -> None:
        path = writer_lock_path(self.folder.root)
        if FileLock.held_here(path):
            return
        self.folder.prepare()
        FileLock(path, "dbt").take()
        if not dbt_runner.driven:
            atexit.register(self._ended)

    def configure_connection(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.create_function("tapehouse_build_ended", self._note, ["boolean"], "boolean")

    def configure_cursor(self, cursor: Any) -> None:
        """Nothing to set on a cursor."""

    def load(self, source_config: Any) -> Any:
        raise NotImplementedError("sources are raw tables")

    def store(self, target_config: Any) -> None:
        raise NotImplementedError("models are tables and views of the warehouse")

    def _note(self, passed: bool) -> bool:
        self.passed = passed
        return passed

    def _ended(self) -> None:
        """The process is about to leave: publish what it built, or say how to."""
        if not self.passed:
            return
        dbt_runner.close_connections()
        try:
            done = snapshot.publish(self.folder, settings.load().publish.keep)
            sys.stderr.write(f"published {done.path.name} ({done.byte_count:,} bytes)\n")
        except TapehouseError as error:
            sys.stderr.write(f"built but not published ({error.message}): `tapehouse publish`\n")
