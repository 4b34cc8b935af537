"""A real headless Chromium, told what to do and listened to over its own debugging protocol."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from warehouse import clock

NAMES = ("chromium", "chromium-browser", "google-chrome")


def binary() -> str:
    """Only outside of CI may a machine lack one."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium: apt-get install chromium")
        pytest.skip("no Chromium on this machine")
    return found


class Page:
    """One tab: what it asked for, what it complained of, and what its scripts say."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = count(1)
        self.requested: list[str] = []
        self.complaints: list[str] = []

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            told = self._next()
            if told.get("id") == number:
                assert "error" not in told, told
                return dict(told["result"])

    def open(self, url: str) -> None:
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Page.navigate", url=url)
        while self._next().get("method") != "Page.loadEventFired":
            pass
        # One turn more, so that what the page set going is heard of.
        self.run("new Promise(done => setTimeout(done, 50))")

    def run(self, script: str) -> Any:
        told = self.call(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def _next(self) -> dict[str, Any]:
        told = dict(json.loads(self._connection.recv(timeout=60)))
        match told.get("method"):
            case "Network.requestWillBeSent":
                self.requested.append(told["params"]["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(told["params"]["entry"]["text"])
            case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                self.complaints.append(json.dumps(told["params"]))
        return told


@contextmanager
def tab(width: int = 1100, height: int = 900) -> Iterator[Page]:
    """A new browser with nothing in it, gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                binary(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--remote-debugging-port=0", f"--user-data-dir={profile}",
                f"--window-size={width},{height}", "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            with connect(_address(Path(profile), process), max_size=None) as connection:
                yield Page(connection)
        finally:
            process.kill()
            process.wait()


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The first tab's, once the browser has written down where it listens."""
    import requests

    until = clock.monotonic() + 60
    while clock.monotonic() < until and process.poll() is None:
        try:
            port = (profile / "DevToolsActivePort").read_text().splitlines()[0]
            tabs = requests.get(f"http://127.0.0.1:{port}/json/list", timeout=5).json()
            return next(str(one["webSocketDebuggerUrl"]) for one in tabs if one["type"] == "page")
        except (OSError, IndexError, StopIteration, requests.RequestException):
            clock.sleep(0.1)
    raise AssertionError("Chromium did not start")
