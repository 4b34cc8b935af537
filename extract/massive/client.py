"""Asks Massive through the polite edge, page after page, its key in a header and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from extract.edge.redaction import register_secret
from extract.edge.requests_session import PolicedSession
from extract.http import PoliteEdge
from extract.massive.answers import Answers
from extract.massive.settings import MOST_PAGES, OWN_HOSTS
from extract.outcomes import FetchFailed, Outcome

KEY_PARAMETERS = frozenset({"apikey", "api_key"})


@dataclass(frozen=True)
class Page:
    """One answer of a list: its rows, all it says beside them, and where the next one is."""

    rows: list[Any]
    body: dict[str, Any]
    next_address: str | None


class Bearer(AuthBase):
    """The key in its header; as an auth of its own, so that no .netrc file can replace it."""

    def __init__(self, key: str) -> None:
        self._key = SecretStr(key)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.get_secret_value()}"
        return request


class MassiveClient:
    """One session for all groups of a run."""

    def __init__(
        self, edge: PoliteEdge, answers: Answers, base_url: str, key: SecretStr | None
    ) -> None:
        self._answers = answers
        self._base = base_url
        self._session = PolicedSession(edge)
        # A line's end that was copied along is no part of it, and no header could hold it.
        if key is not None and (plain := key.get_secret_value().strip()):
            register_secret(plain)
            self._session.auth = Bearer(plain)

    def get(self, path: str) -> Any:
        """One answer: an object or a list."""
        return self._ask(self._base + path)

    def pages(self, path: str, parameters: Mapping[str, Any]) -> Iterator[Page]:
        """All pages: one may be short or empty and still have another after it."""
        address: str | None = f"{self._base}{path}?{urlencode(parameters)}"
        seen: set[str] = set()
        while address is not None:
            if address in seen or len(seen) >= MOST_PAGES:
                told = "leads back" if address in seen else f"goes on after {MOST_PAGES} pages"
                raise FetchFailed(Outcome.MALFORMED, f"next_url {told}", final=True)
            seen.add(address)
            page = self._page(self._ask(address), path)
            yield page
            address = page.next_address

    def _ask(self, address: str) -> Any:
        if self._session.auth is None:
            raise FetchFailed(Outcome.UNAUTHORISED, "no key for Massive is set", final=True)
        self._session.get(address)
        return self._answers.parsed

    def _page(self, body: Any, path: str) -> Page:
        if not isinstance(body, dict):
            raise FetchFailed(Outcome.MALFORMED, "a page is not an object")
        rows = body.get("results")
        if rows is None:
            rows = []
        if not isinstance(rows, list):
            raise FetchFailed(Outcome.MALFORMED, "results are not a list")
        return Page(rows, body, self._next(body.get("next_url"), path))

    def _next(self, told: object, path: str) -> str | None:
        """At our own base, whichever of the vendor's names it has: the key goes nowhere else."""
        if told in (None, ""):
            return None
        try:
            parts = urlsplit(str(told))
        except ValueError:
            raise FetchFailed(Outcome.MALFORMED, "next_url is no address", final=True) from None
        base = urlsplit(self._base)
        own = parts.netloc == base.netloc
        if not own and parts.netloc not in OWN_HOSTS:
            told_host = str(parts.hostname or "nowhere")[:60]
            raise FetchFailed(
                Outcome.MALFORMED, f"next_url leads to another host: {told_host}", final=True
            )
        place = unquote(parts.path.removeprefix(base.path) if own else parts.path)
        if ".." in place or endpoint_of(place) != endpoint_of(path):
            raise FetchFailed(
                Outcome.MALFORMED, f"next_url leads to another list: {place[:80]}", final=True
            )
        query = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name.lower() not in KEY_PARAMETERS
        ]
        return f"{self._base}{place}?{urlencode(query)}"


def endpoint_of(path: str) -> str:
    """An address without the bounds of an aggregate's window, which move from page to page."""
    return "/".join(path.split("/")[:8]) if path.startswith("/v2/aggs/") else path
