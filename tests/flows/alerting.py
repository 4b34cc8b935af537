"""Receivers of alerts on 127.0.0.1, and data folders with something published to judge."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import duckdb
from aiosmtpd.controller import Controller

from warehouse.clock import Machine
from warehouse.folder import DataFolder


class Receiver:
    """A web server that keeps what it was sent; `answer` is the status it says."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answer: int | Callable[[], int] = 200
        self.location = ""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.bodies.append(json.loads(body))
                receiver.headers.append(dict(self.headers))
                answer = receiver.answer
                self.send_response(answer() if callable(answer) else answer)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/a-path-that-guards-it"

    def __enter__(self) -> Receiver:
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def told(self) -> list[tuple[str, str, str]]:
        return [(one["kind"], one["level"], one["title"]) for one in self.bodies]

    def titles(self) -> list[str]:
        return [one["title"] for one in self.bodies]

    def forget(self) -> None:
        self.bodies.clear()
        self.headers.clear()


class MailBox(Controller):
    """A real mail server that keeps what it was given."""

    def __init__(self, **options: Any) -> None:
        self.mails: list[EmailMessage] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        super().__init__(self, hostname="127.0.0.1", port=0, **options)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return "250 OK"

    @property
    def bound(self) -> int:
        return int(self.server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        """The library connects once to the port it was told, which is none yet."""
        self.port = self.bound
        super()._trigger_server()


class Watch(Machine):
    """The machine's own time, moved on by a test."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def now(self) -> Any:
        return super().now() + self.moved


def like(demo: DataFolder, folder: DataFolder) -> None:
    """The demo's published copy and hour, in a folder of the test's own."""
    folder.prepare("sandbox")
    shutil.copyfile(demo.state / "sandbox.json", folder.state / "sandbox.json")
    publish(folder, demo.market.resolve().name, lambda path: os.link(demo.market.resolve(), path))


def publish(folder: DataFolder, name: str, make: Callable[[Any], None]) -> None:
    path = folder.published / name
    make(path)
    folder.market.unlink(missing_ok=True)
    folder.market.symlink_to(path.relative_to(folder.root))


def published_with(folder: DataFolder, *statements: str) -> None:
    """Publish a copy of what is published in which something went wrong."""
    before = folder.market.resolve()
    number = int(before.stem.rpartition("-")[2]) + 1

    def make(path: Any) -> None:
        shutil.copyfile(before, path)
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)

    publish(folder, f"market-{number:06d}.duckdb", make)
