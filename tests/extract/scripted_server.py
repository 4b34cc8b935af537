"""A server on a real socket that plays given answers byte for byte, one a connection."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

Step = bytes | Callable[[socket.socket], None]


def answer(body: bytes | str, status: int = 200, **headers: str) -> bytes:
    """A whole answer; header names are written with underscores."""
    payload = body.encode() if isinstance(body, str) else body
    fields = {"Content-Length": str(len(payload)), "Content-Type": "application/json"}
    fields |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Any\r\n{head}Connection: close\r\n\r\n".encode() + payload


def drip(data: bytes, seconds: float) -> Callable[[socket.socket], None]:
    def play(connection: socket.socket) -> None:
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(seconds)

    return play


def silence(connection: socket.socket) -> None:
    time.sleep(2)


class ScriptedServer:
    """Answers with the steps in turn and the last one ever after, or as `route` says."""

    def __init__(self, *steps: Step, route: Callable[[str], Step] | None = None) -> None:
        self.steps = list(steps)
        self.route = route
        self.requests: list[str] = []
        self.times: list[float] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def first_lines(self) -> list[str]:
        return [request.split("\r\n")[0] for request in self.requests]

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        with connection:
            asked = b""
            while b"\r\n\r\n" not in asked:
                piece = connection.recv(65536)
                if not piece:
                    return
                asked += piece
            if self.route is not None:
                step = self.route(asked.split(b" ")[1].decode())
            else:
                step = self.steps[min(len(self.requests), len(self.steps) - 1)]
            self.requests.append(asked.decode("latin-1"))
            self.times.append(time.monotonic())
            try:
                if callable(step):
                    step(connection)
                else:
                    connection.sendall(step)
            except OSError:
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.close()
