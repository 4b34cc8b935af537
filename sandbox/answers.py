"""What passes between the server and a dialect: a call, an answer, and bars as plain rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from sandbox.exchange import Exchange

Row = dict[str, Any]
"""One bar: opened_at, open, high, low, close, volume as the dialect writes them, and its extras."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, its path counted from the dialect's root and its query in order of arrival."""

    number: int
    method: str
    path: str
    parameters: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    cookies: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        return dict(self.parameters)


@dataclass(slots=True)
class Answer:
    payload: Any = None
    status: int = 200
    text: str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    weight: int = 0

    def body(self) -> bytes:
        if self.text is not None:
            return self.text.encode()
        return json.dumps(self.payload, separators=(",", ":"), ensure_ascii=False).encode()


class Dialect(Protocol):
    """How one provider speaks; a new one is a class with these names in `dialects.DIALECTS`."""

    name: str

    def __init__(self, exchange: Exchange) -> None: ...

    def answer(self, call: Call) -> Answer: ...

    def symbol_of(self, call: Call) -> str:
        """The symbol that a fault's `symbol` is compared with."""
        ...

    def rows(self, payload: Any) -> list[Row] | None:
        """The bars of a payload, or nothing when it holds none."""
        ...

    def with_rows(self, payload: Any, rows: list[Row]) -> Any:
        """The same payload holding these bars instead."""
        ...
