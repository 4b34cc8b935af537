"""A PostgreSQL server of one's own: in a temporary folder, on loopback, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import TapehouseError

DEBIAN = Path("/usr/lib/postgresql")
MISSING = "there is no PostgreSQL server on this machine: apt-get install postgresql"
# PostgreSQL refuses to run as root; its package comes with this user.
SERVERS_USER = "postgres"
# What is in it can be made again; a plan for wide windows is not worth compiling.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "work_mem": "64MB",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Postgres:
    """Where a server listens; it trusts whoever comes over loopback."""

    port: int
    host: str = "127.0.0.1"
    user: str = "tapehouse"
    database: str = "postgres"

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}@{self.host}:{self.port}/{self.database}"

    @property
    def environment(self) -> dict[str, str]:
        """As the profile and PostgreSQL's own programs read it."""
        return {
            "PGHOST": self.host,
            "PGPORT": str(self.port),
            "PGUSER": self.user,
            "PGPASSWORD": "",
            "PGDATABASE": self.database,
        }


def binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`; Debian keeps them out of the way."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = [path.parent for path in DEBIAN.glob("*/bin/initdb")]
    return max(versions, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def running() -> Iterator[Postgres]:
    """One server for as long as the block lasts."""
    programs = binaries()
    if programs is None:
        raise TapehouseError(MISSING, "PostgreSQL 15 and later are tried")
    with tempfile.TemporaryDirectory(prefix="tapehouse-postgres-") as name:
        root, data = Path(name), Path(name) / "data"
        server = Postgres(_free_port())
        if os.geteuid() == 0:
            shutil.chown(root, SERVERS_USER)
        _call(
            *(programs / "initdb", "--pgdata", data, "--username", server.user, "--auth", "trust"),
            *("--encoding", "UTF8", "--no-locale", "--no-sync"),
        )
        told = [f"-h {server.host} -p {server.port} -k {root}"]
        told += [f"-c {name}={value}" for name, value in SETTINGS.items()]
        control = (programs / "pg_ctl", "--pgdata", data, "--wait", "--silent")
        _call(*control, "--log", root / "server.log", "--options", " ".join(told), "start")
        try:
            yield server
        finally:
            _call(*control, "--mode", "immediate", "stop")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _call(*command: str | Path) -> None:
    # A file, as the server inherits what its starter writes to: a pipe would never end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            [str(part) for part in command],
            stdout=said,
            stderr=subprocess.STDOUT,
            user=SERVERS_USER if os.geteuid() == 0 else None,
            cwd="/",
        )
        if done.returncode:
            said.seek(0)
            raise TapehouseError(
                f"{Path(command[0]).name}: {said.read().decode(errors='replace').strip()}",
                "PostgreSQL could not be started or stopped",
            )
