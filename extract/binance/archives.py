"""Asks for files of the bulk archive, each proven by the checksum that stands beside it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import NamedTuple

import requests

from extract.binance.settings import CHECKSUM_SUFFIX
from extract.binance.windows import Period, Piece
from extract.http import Reply, Unit
from extract.outcomes import PROVIDER_AWAY, FetchFailed, Outcome
from warehouse import logs

MISSING = 404
CHECKSUM = re.compile(r"([0-9a-fA-F]{64})\s+\*?(\S+)\s*")

log = logs.get(__name__)


class ArchiveFile(NamedTuple):
    """A zip whose bytes are those that its checksum names."""

    body: bytes
    sha256: str
    base_name: str


def path_of(kind: str, symbol: str, piece: Piece, interval: str = "") -> str:
    """`kind` is klines, trades or aggTrades; only klines have an interval."""
    parts = ["data/spot", str(piece.period), kind, symbol, interval]
    name = f"{symbol}-{interval or kind}-{_stamp(piece.start, piece.period)}.zip"
    return "/".join([*filter(None, parts), name])


def _stamp(start: datetime, period: Period | None) -> str:
    return f"{start:%Y-%m}" if period == "monthly" else f"{start:%Y-%m-%d}"


class Archive:
    """The files of one host; once it was away, it is left alone for the rest of the run."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session: requests.Session | None = None
        self.is_away = False
        self._expected: dict[str, str] = {}

    def owns(self, url: str) -> bool:
        return url.startswith(self.url + "/")

    def fetch(self, unit: Unit, path: str) -> ArchiveFile | None:
        """None when there is no such file (yet) or the host is away: the API has it all."""
        if self.is_away:
            return None
        url = f"{self.url}/{path}"
        try:
            told = self._get(unit, url + CHECKSUM_SUFFIX)
            if told is None:
                return None
            self._expected[url] = digest = _digest(told.decode(), path)
            body = self._get(unit, url)
        except FetchFailed as failed:
            if failed.outcome not in PROVIDER_AWAY:
                raise
            self.is_away = True
            log.warning("archive away", url=self.url, detail=failed.detail)
            return None
        finally:
            self._expected.pop(url, None)
        if body is None:
            return None
        return ArchiveFile(body, digest, path.rpartition("/")[2].removesuffix(".zip"))

    def _get(self, unit: Unit, url: str) -> bytes | None:
        if self.session is None:
            raise RuntimeError("an archive without a session")
        answer = self.session.get(url)
        if answer.status_code != MISSING:
            return answer.content
        # A call on the way to an answer: the API is asked for the window next.
        unit.calls[-1].outcome, unit.calls[-1].detail = Outcome.EMPTY, "no such file (yet)"
        return None

    def classify(self, reply: Reply) -> None:
        """Return when the bytes are what they should be; a wrong one is asked for once more."""
        if reply.status == 200:
            if reply.url.endswith(CHECKSUM_SUFFIX):
                _digest(reply.body.decode("utf-8", "replace"), reply.url)
            elif hashlib.sha256(reply.body).hexdigest() != self._expected.get(reply.url):
                raise FetchFailed(Outcome.MALFORMED, "the file's SHA-256 is not its checksum")
            return
        detail = f"HTTP {reply.status}: {reply.beginning()}"
        match reply.status:
            case status if status == MISSING:
                return
            case 418 | 451:
                raise FetchFailed(Outcome.BLOCKED, detail, final=True)
            case 429:
                raise FetchFailed(Outcome.THROTTLED, detail)
            case status if status >= 500:
                raise FetchFailed(Outcome.UNAVAILABLE, detail)
        # A firewall before the files says nothing about the API behind another one.
        raise FetchFailed(Outcome.UNAVAILABLE, detail, final=True)


def _digest(text: str, path: str) -> str:
    """The SHA-256 of the line that a checksum file consists of."""
    found = CHECKSUM.fullmatch(text)
    name = path.rpartition("/")[2].removesuffix(CHECKSUM_SUFFIX)
    if found is None or found.group(2) != name:
        raise FetchFailed(Outcome.MALFORMED, f"no checksum of {name}: {text[:100]!r}")
    return found.group(1).lower()
