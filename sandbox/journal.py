"""What was asked of the exchange and what it answered, one record per request."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

KEEP = 100_000


@dataclass(frozen=True, slots=True)
class JournalRecord:
    number: int
    exchange_time: datetime
    dialect: str
    method: str
    path: str
    query: dict[str, str]
    secret_headers: tuple[str, ...]
    status: int
    weight: int
    fault: str | None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"exchange_time": self.exchange_time.isoformat()}


class Journal:
    def __init__(self) -> None:
        self._records: deque[JournalRecord] = deque(maxlen=KEEP)
        self._lock = threading.Lock()

    def append(self, record: JournalRecord) -> None:
        with self._lock:
            self._records.append(record)

    def records(self) -> list[JournalRecord]:
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
