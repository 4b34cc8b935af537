"""The session yfinance is given: curl_cffi with a browser's handshake behind the polite edge."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

import yfinance
from curl_cffi import requests as curl_requests
from curl_cffi.const import CurlECode
from curl_cffi.curl import CURL_WRITEFUNC_ERROR
from curl_cffi.requests.exceptions import RequestException
from yfinance.data import YfData

from extract.edge.redaction import redact_error, register_secret
from extract.edge.requests_session import too_slow
from extract.http import REDIRECTS, PoliteEdge, Reply, refused_redirect
from extract.outcomes import FetchFailed, Outcome
from extract.yahoo import keeping
from extract.yahoo.settings import CRUMB_PATH, HOSTS, IMPERSONATE, SESSION_PATHS

MOST_HOPS = 5
ANY_STATUS = range(100, 600)
SPOILT = frozenset({CurlECode.BAD_CONTENT_ENCODING, CurlECode.WEIRD_SERVER_REPLY})
UNTRUSTED = frozenset(
    {CurlECode.PEER_FAILED_VERIFICATION, CurlECode.SSL_CACERT_BADFILE, CurlECode.SSL_CERTPROBLEM}
)
Inspect = Callable[[Reply], bytes]


class YahooSession(curl_requests.Session):  # type: ignore[misc]
    """A real subclass, because yfinance refuses anything else.

    Cookie and crumb are asked for once a run: neither is needed for bars, so a failure there only
    means going on without. `inspect` sees each data answer before yfinance does and returns the
    body that yfinance shall read.
    """

    def __init__(self, edge: PoliteEdge, base_url: str, keep_in: Path | None = None) -> None:
        super().__init__(impersonate=IMPERSONATE)
        self.edge = edge
        self.base_url_of_yahoo = base_url
        self.inspect: Inspect | None = None
        self._kept: dict[str, Any] = {}
        self._renewals_left = 0
        self._keep_in = keep_in
        if keep_in is not None and (kept := keeping.kept(keep_in, base_url)):
            self.cookies.update(kept.cookies)
            register_secret(kept.crumb)
            self._kept = {"/": answered(""), CRUMB_PATH: answered(kept.crumb)}

    def begin(self, inspect: Inspect | None) -> None:
        """A new work unit: one renewal of the crumb, no memory of answers given before."""
        self.inspect = inspect
        self._renewals_left = 1
        YfData.cache_get.cache_clear()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        params = kwargs.pop("params", None) or {}
        target = self.rewritten(url, params)
        for name in ("timeout", "allow_redirects"):
            kwargs.pop(name, None)
        if urlsplit(url).path in SESSION_PATHS:
            return self._session_call(method, url, target, kwargs)
        tolerate = (401,) if self._renewals_left else ()
        perform = self._perform(method, target, kwargs)
        reply = self.edge.send(method, target, perform, tolerate=tolerate)
        if reply.status == 401:
            self._renewals_left -= 1
            self._kept.clear()
            if self._keep_in is not None:
                keeping.forget(self._keep_in)
        elif self.inspect is not None:
            reply.native.content = self.inspect(reply)
        return reply.native

    def rewritten(self, url: str, params: dict[str, Any]) -> str:
        """The address that is really asked: the stand-in's, if one is configured."""
        parts = urlsplit(url)
        query = parse_qsl(parts.query, keep_blank_values=True) + [
            (name, str(value)) for name, value in params.items()
        ]
        path = quote(parts.path or "/", safe="/%=-.~:@")
        scheme, host = parts.scheme, parts.netloc
        base = urlsplit(self.base_url_of_yahoo)
        if parts.hostname in HOSTS and base.hostname not in HOSTS:
            scheme, host, path = base.scheme, base.netloc, base.path.rstrip("/") + path
        elif parts.hostname not in HOSTS and parts.netloc != base.netloc:
            raise FetchFailed(Outcome.MALFORMED, f"{parts.hostname} is not Yahoo", final=True)
        return urlunsplit((scheme, host, path, urlencode(query), ""))

    def _session_call(self, method: str, url: str, target: str, kwargs: dict[str, Any]) -> Any:
        path = urlsplit(url).path or "/"
        if path in self._kept:
            return self._kept[path]
        try:
            native = self._follow(method, url, target, kwargs)
        except FetchFailed:
            if self.edge.budget.is_open:
                raise
            native = None
        if path == CRUMB_PATH:
            crumb = native.text if native is not None and native.status_code == 200 else ""
            if not crumb or "<" in crumb or "Too Many" in crumb:
                native = without_crumb()
            elif self._keep_in is not None:
                keeping.keep(self._keep_in, self.base_url_of_yahoo, crumb, self.cookies)
            register_secret(crumb)
        elif native is None:
            native = without_crumb()
        elif native.status_code >= 400:
            # yfinance looks for a consent form in whatever comes; an error page holds none.
            native.content = b""
        if path in ("/", CRUMB_PATH):
            self._kept[path] = native
        return native

    def _follow(self, method: str, url: str, target: str, kwargs: dict[str, Any]) -> Any:
        """The consent pages of Europe redirect between Yahoo's own hosts; nowhere else is gone."""
        for _ in range(MOST_HOPS):
            reply = self.edge.send(
                method,
                target,
                self._perform(method, target, kwargs),
                endpoint="session",
                tolerate=ANY_STATUS,
                attempts=1,
            )
            if reply.status not in REDIRECTS:
                return reply.native
            url = urljoin(url, reply.headers.get("location") or "")
            if urlsplit(url).hostname not in HOSTS:
                break
            method, kwargs = "GET", {}
            target = self.rewritten(url, {})
        raise FetchFailed(Outcome.MALFORMED, refused_redirect(reply), final=True)

    def _perform(
        self, method: str, target: str, kwargs: dict[str, Any]
    ) -> Callable[[float, int], Reply]:
        def perform(seconds: float, cap: int) -> Reply:
            body = bytearray()
            swollen = False

            def take(chunk: bytes) -> int:
                nonlocal swollen
                if len(body) + len(chunk) > cap:
                    swollen = True
                    return int(CURL_WRITEFUNC_ERROR)
                body.extend(chunk)
                return len(chunk)

            options = {**kwargs, "timeout": seconds, "content_callback": take}
            try:
                native = super(YahooSession, self).request(
                    method, target, allow_redirects=False, **options
                )
            except RequestException as error:
                if swollen:
                    raise FetchFailed(
                        Outcome.MALFORMED, f"the body is larger than {cap} bytes", final=True
                    ) from None
                raise _failure(error, seconds) from None
            native.content = bytes(body)
            return Reply(native.status_code, native.headers, bytes(body), target, native)

        return perform


def _failure(error: RequestException, seconds: float) -> FetchFailed:
    if error.code == CurlECode.OPERATION_TIMEDOUT:
        return too_slow(seconds)
    if error.code in SPOILT:
        return FetchFailed(Outcome.MALFORMED, "the body is not compressed as its header says")
    return FetchFailed(Outcome.UNAVAILABLE, redact_error(error), final=error.code in UNTRUSTED)


def without_crumb() -> Any:
    """What makes yfinance go on without a crumb and try nothing else."""
    return answered("Too Many Requests", 429)


def answered(text: str, status: int = 200) -> Any:
    """An answer that nobody was asked for."""
    answer = curl_requests.Response()
    answer.status_code = status
    answer.content = text.encode()
    answer.url = "https://query1.finance.yahoo.com" + CRUMB_PATH
    return answer


def open_session(edge: PoliteEdge, base_url: str, cache: Path) -> YahooSession:
    """yfinance keeps one client a process: it gets this session and none of the last's state."""
    cache.mkdir(parents=True, exist_ok=True)
    yfinance.set_tz_cache_location(str(cache))
    yfinance.config.debug.hide_exceptions = False
    session = YahooSession(edge, base_url, cache / "session.json")
    client = YfData(session=session)
    client._crumb = client._cookie = None
    client._cookie_strategy = "basic"
    return session
