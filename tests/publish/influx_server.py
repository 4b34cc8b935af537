"""An InfluxDB 1.x server of one's own: in a temporary folder, on loopback, gone afterwards."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from warehouse import clock

MISSING = "there is no InfluxDB server on this machine: apt-get install influxdb"
CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{root}/meta"
[data]
dir = "{root}/data"
wal-dir = "{root}/wal"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{http}"
log-enabled = false
"""


class Influx:
    """Where a server listens, and its two doors."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def write(self, database: str, lines: bytes) -> requests.Response:
        given = {"db": database, "precision": "ns"}
        return requests.post(f"{self.url}/write", params=given, data=lines, timeout=60)

    def query(self, database: str, text: str) -> list[dict[str, Any]]:
        """All rows of all series; what a series is tagged with is in each of its rows."""
        given = {"db": database, "q": text, "epoch": "ns"}
        answer = requests.post(f"{self.url}/query", params=given, timeout=60).json()
        (result,) = answer["results"]
        assert "error" not in result, result
        return [
            {**series.get("tags", {}), **dict(zip(series["columns"], values, strict=True))}
            for series in result.get("series", [])
            for values in series["values"]
        ]


def binary() -> str | None:
    return shutil.which("influxd")


@contextmanager
def running(root: Path) -> Iterator[Influx]:
    http, rpc = _free_ports(2)
    config = root / "influxdb.conf"
    config.write_text(CONFIG.format(root=root, http=http, rpc=rpc), encoding="utf-8")
    with (root / "server.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [binary() or "influxd", "-config", str(config)], stdout=log, stderr=log
        )
        try:
            server = Influx(http)
            _wait_for(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(server: Influx) -> None:
    until = clock.monotonic() + 60
    while clock.monotonic() < until:
        try:
            if requests.get(f"{server.url}/ping", timeout=2).status_code == 204:
                return
        except requests.RequestException:
            clock.sleep(0.1)
    raise AssertionError("the InfluxDB server did not start")


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()
