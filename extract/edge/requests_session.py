"""A `requests` session whose every call goes through the polite edge."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import requests
from urllib3.exceptions import DecodeError, HTTPError, SSLError

from extract.edge.redaction import redact_error
from extract.http import PoliteEdge, Reply
from extract.outcomes import FetchFailed, Outcome
from warehouse import clock

CHUNK = 65_536
T = TypeVar("T")

# Its warnings tell whole addresses, and some providers want their key there.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class PolicedSession(requests.Session):
    """What python-binance is given; other arguments pass through as requests knows them."""

    def __init__(self, edge: PoliteEdge, weigh: Callable[[str], int] | None = None) -> None:
        super().__init__()
        self.edge = edge
        self.weigh = weigh or (lambda url: 1)
        self.headers["Accept-Encoding"] = "gzip, deflate"

    def request(
        self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any
    ) -> requests.Response:
        verb, address = _text(method), _text(url)
        prepared = requests.Request(verb, address, params=kwargs.pop("params", None)).prepare()
        full = prepared.url or address
        kwargs.pop("timeout", None)

        def perform(seconds: float, cap: int) -> Reply:
            return within(seconds, lambda: self._read(verb, full, seconds, cap, kwargs))

        reply = self.edge.send(verb, full, perform, weight=self.weigh(full))
        answer: requests.Response = reply.native
        return answer

    def _read(
        self, method: str, url: str, seconds: float, cap: int, kwargs: dict[str, Any]
    ) -> Reply:
        deadline = clock.monotonic() + seconds
        options = {**kwargs, "stream": True, "allow_redirects": False, "timeout": seconds}
        try:
            with super().request(method, url, **options) as response:
                body = _body(response, deadline, seconds, cap)
                response._content = body
                return Reply(response.status_code, response.headers, body, url, response)
        except (SSLError, requests.exceptions.SSLError) as error:
            raise FetchFailed(
                Outcome.UNAVAILABLE, f"no trusted connection: {redact_error(error)}", final=True
            ) from None
        except (DecodeError, requests.exceptions.ContentDecodingError):
            raise FetchFailed(
                Outcome.MALFORMED, "the body is not compressed as its header says"
            ) from None
        except (requests.RequestException, HTTPError, OSError) as error:
            raise FetchFailed(Outcome.UNAVAILABLE, redact_error(error)) from None


def _body(response: requests.Response, deadline: float, seconds: float, cap: int) -> bytes:
    """Read as it comes in, so that neither a dripping nor a swelling body can hold us."""
    body = bytearray()
    while chunk := response.raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > cap:
            raise FetchFailed(Outcome.MALFORMED, f"the body is larger than {cap} bytes", final=True)
        if clock.monotonic() > deadline:
            raise too_slow(seconds)
    promised = response.headers.get("Content-Length", "")
    if promised.isdecimal() and "Content-Encoding" not in response.headers:
        missing = int(promised) - len(body)
        if missing > 0 and response.status_code != 304:
            raise FetchFailed(Outcome.UNAVAILABLE, f"the body was cut {missing} bytes short")
    return bytes(body)


def within(seconds: float, work: Callable[[], T]) -> T:
    """A deadline over the whole call: a per-read timeout never ends headers that drip in."""
    answers: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((work(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=run, name="call", daemon=True).start()
    try:
        value, error = answers.get(timeout=seconds + 0.25)
    except queue.Empty:
        raise too_slow(seconds) from None
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


def too_slow(seconds: float) -> FetchFailed:
    return FetchFailed(Outcome.UNAVAILABLE, f"no whole answer within {seconds:g} seconds")


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
