"""Faults on demand: which requests they strike and what they do to the answer."""

from __future__ import annotations

import copy
import gzip
import re
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.answers import Answer, Dialect, Row
from sandbox.damage import DAMAGES, damage_rows

HTML_PAGE = "<!DOCTYPE html><html><head><title>Will be right back</title></head></html>"
JUNK_JSON = '{"chart":{"result":[{"meta":{"currency":"USD",,,'
TRANSPORT_WORDS = frozenset({"delay", "drip", "cut_at", "reset", "hang", "wrong_length"})
ANSWER_WORDS = frozenset(
    {"status", "body", "headers", "html", "junk_json", "gzip_bomb", "redirect"}
)
WORDS = TRANSPORT_WORDS | ANSWER_WORDS | DAMAGES.keys()

PRESETS: dict[str, dict[str, Any]] = {
    "429": {"status": 429, "body": "Too Many Requests"},
    "429_retry_after": {
        "status": 429,
        "body": "Too Many Requests",
        "headers": {"Retry-After": "1"},
    },
    "503": {"status": 503, "body": "Service Unavailable"},
    "418": {
        "status": 418,
        "body": {"code": -1003, "msg": "Way too much request weight used; IP banned."},
        "headers": {"Retry-After": "120"},
    },
    "451": {
        "status": 451,
        "body": {
            "code": 0,
            "msg": "Service unavailable from a restricted location according to "
            "'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer "
            "service if you believe you received this message in error.",
        },
    },
    "403_firewall": {
        "status": 403,
        "html": "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n"
        "<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n",
    },
    "html_page": {"html": True},
    "truncated_body": {"cut_at": 200},
    "reset": {"reset": True},
    "hang": {"hang": True},
    "slow_drip": {"drip": 200},
    "junk_json": {"junk_json": True},
    "gzip_bomb": {"gzip_bomb": 64},
}


@dataclass(slots=True)
class Fault:
    """Strikes the requests that fit all the conditions given; `path` is a regular expression.

    Of those, `first` N, or all from the `start`-th on, or `every` N-th; at most `times` in all.
    """

    do: dict[str, Any]
    dialect: str | None = None
    path: str | None = None
    symbol: str | None = None
    first: int | None = None
    start: int = 1
    every: int = 1
    times: int | None = None
    number: int = 0
    seen: int = field(default=0)
    struck: int = field(default=0)

    def __post_init__(self) -> None:
        unknown = sorted(set(self.do) - WORDS)
        if unknown or not self.do:
            raise ValueError(f"unknown fault words: {unknown}; known: {sorted(WORDS)}")
        if self.every < 1 or self.start < 1:
            raise ValueError("`start` and `every` count from 1")
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise ValueError(f"not a regular expression: {self.path}") from error

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Fault:
        match = dict(found.get("match", {}))
        nth = match.pop("nth", {})
        if isinstance(nth, int):
            nth = {"from": nth, "first": nth}
        do = found.get("do")
        return cls(
            do=dict(PRESETS[do]) if isinstance(do, str) else dict(do or {}),
            start=int(nth.pop("from", 1)),
            **match,
            **nth,
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def label(self) -> str:
        return f"{self.number}:" + "+".join(sorted(self.do))

    def strikes(self, dialect: str, path: str, symbol: str) -> bool:
        if self.dialect not in (None, dialect) or self.symbol not in (None, symbol):
            return False
        if self.path is not None and re.search(self.path, path) is None:
            return False
        self.seen += 1
        if self.times is not None and self.struck >= self.times:
            return False
        if self.first is not None and self.seen > self.first:
            return False
        if self.seen < self.start or (self.seen - self.start) % self.every:
            return False
        self.struck += 1
        return True


class FaultBook:
    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._faults: list[Fault] = []
        self._number = 0
        self._lock = threading.Lock()

    def add(self, fault: Fault | Mapping[str, Any] | str) -> int:
        if isinstance(fault, str):
            fault = Fault(dict(PRESETS[fault]))
        elif isinstance(fault, Mapping):
            fault = Fault.from_dict(fault)
        with self._lock:
            self._number += 1
            fault.number = self._number
            self._faults.append(fault)
            return fault.number

    def remove(self, number: int) -> bool:
        with self._lock:
            kept = [fault for fault in self._faults if fault.number != number]
            found = len(kept) < len(self._faults)
            self._faults = kept
            return found

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_dict() for fault in self._faults]

    def find(self, dialect: str, path: str, symbol: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.strikes(dialect, path, symbol):
                    return fault
        return None


def reshape(answer: Answer, fault: Fault, dialect: Dialect, seed: int) -> tuple[Answer, bytes]:
    """The answer a fault leaves, and its bytes; what happens on the wire is the server's part."""
    do = fault.do
    damages = {word: do[word] for word in DAMAGES if word in do}
    if damages and answer.text is None:
        answer.payload = _damaged(copy.deepcopy(answer.payload), damages, dialect, seed)
    if "status" in do:
        answer.status = int(do["status"])
    if "body" in do:
        body = do["body"]
        answer.text = body if isinstance(body, str) else None
        answer.payload = body
        answer.content_type = "text/plain" if isinstance(body, str) else "application/json"
    if "html" in do:
        answer.text = do["html"] if isinstance(do["html"], str) else HTML_PAGE
        answer.content_type = "text/html"
    if "junk_json" in do:
        answer.text = JUNK_JSON
    if "redirect" in do:
        answer.status = answer.status if 300 <= answer.status < 400 else 307
        answer.headers["Location"] = str(do["redirect"])
        answer.text = ""
    answer.headers |= {str(name): str(value) for name, value in do.get("headers", {}).items()}
    if "gzip_bomb" in do:
        answer.headers["Content-Encoding"] = "gzip"
        return answer, gzip.compress(b" " * (int(do["gzip_bomb"]) << 20), compresslevel=1)
    return answer, answer.body()


def _damaged(payload: Any, damages: dict[str, Any], dialect: Dialect, seed: int) -> Any:
    rows: list[Row] | None = dialect.rows(payload)
    if "wrong_symbol" in damages:
        payload = _renamed(payload, str(damages.pop("wrong_symbol")))
    if rows is None or not damages:
        return payload
    return dialect.with_rows(payload, damage_rows(rows, damages, seed))


def _renamed(payload: Any, symbol: str) -> Any:
    if isinstance(payload, dict):
        return {
            name: symbol if name in ("symbol", "ticker") else _renamed(value, symbol)
            for name, value in payload.items()
        }
    if isinstance(payload, list):
        return [_renamed(value, symbol) for value in payload]
    return payload
