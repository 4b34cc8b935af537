"""Collects one record for each call made and one for each row that typed columns cannot hold."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from datetime import datetime

import pyarrow as pa

from extract.outcomes import Outcome
from extract.schemas import arrow_schema

REQUESTS_PER_RUN = 1_000_000


@dataclass
class RequestRecord:
    """One call, as `raw.requests` holds it; the work unit may still complete it."""

    request_id: int
    run_id: int
    provider: str
    endpoint: str
    work_unit: str
    instrument_id: int | None
    symbol: str
    interval: str | None
    reason: str
    url: str
    attempt: int
    requested_at: datetime
    window_start: datetime | None = None
    window_end: datetime | None = None
    duration_ms: int | None = None
    status: int | None = None
    outcome: str = Outcome.UNAVAILABLE
    detail: str | None = None
    row_count: int = 0
    byte_count: int = 0


@dataclass
class RequestLog:
    """Hands out request ids of one run and keeps the records until they are landed."""

    run_id: int
    _count: int = field(default=0, init=False)
    _records: list[RequestRecord] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def next_id(self) -> int:
        with self._lock:
            self._count += 1
            return self.run_id * REQUESTS_PER_RUN + self._count

    def add(self, record: RequestRecord) -> None:
        with self._lock:
            self._records.append(record)

    def drain(self) -> pa.Table:
        """Take out everything recorded so far."""
        with self._lock:
            taken, self._records = self._records, []
        return pa.Table.from_pylist(
            [asdict(record) for record in sorted(taken, key=lambda record: record.request_id)],
            schema=arrow_schema("requests", landed=False),
        )


@dataclass
class RejectedRows:
    """Rows that could not be typed, with the provider's own text and the reason."""

    _rows: list[dict[str, object]] = field(default_factory=list, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def add(
        self, request_id: int, provider: str, table_name: str, payload: str, reason: str
    ) -> None:
        with self._lock:
            self._rows.append(
                {
                    "request_id": request_id,
                    "provider": provider,
                    "table_name": table_name,
                    "payload": payload,
                    "reason": reason,
                }
            )

    def drain(self) -> pa.Table:
        with self._lock:
            taken, self._rows = self._rows, []
        return pa.Table.from_pylist(taken, schema=arrow_schema("rejected_rows", landed=False))
