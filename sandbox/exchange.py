"""The exchange itself: a market, a clock that can be set, limits, faults and a journal."""

from __future__ import annotations

import itertools
import signal
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event
from types import FrameType, TracebackType
from typing import Any, Self

from sandbox.dialects import DIALECTS
from sandbox.events import Events
from sandbox.faults import Fault, FaultBook
from sandbox.journal import Journal, JournalRecord
from sandbox.market import Market, everyday_market
from sandbox.mistakes import Mistake, MistakeBook
from sandbox.serving import Server
from sandbox.truth import Truth
from warehouse import clock

DEFAULT_SEED = 7
DEFAULT_NOW = datetime(2026, 3, 11, 15, 0)


@dataclass(slots=True)
class Limits:
    """What the providers allow; counted in real time, whatever the exchange's clock says."""

    enforced: bool = True
    yahoo_requests_per_minute: int = 2000
    binance_weight_per_minute: int = 6000
    binance_ban_seconds: int = 120
    massive_requests_per_minute: int = 5
    fmp_requests_per_minute: int = 3000
    # The newest bars that an intraday answer keeps, and what its plan is: free or premium.
    fmp_intraday_rows: int = 2000
    fmp_plan: str = "premium"


class Exchange:
    """Serves from a background thread while it is used as a context manager."""

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        now: datetime = DEFAULT_NOW,
        host: str = "127.0.0.1",
        port: int = 0,
        ticking: bool = False,
        limits: bool = True,
        jitter: bool = False,
        events: Iterable[Mapping[str, Any]] = (),
        mistakes: Iterable[Mistake] = (),
    ) -> None:
        self.seed = seed
        self.host = host
        self.port = port
        self.ticking = ticking
        self.jitter = jitter
        self.limits = Limits(enforced=limits)
        further = tuple(events)
        self.market = Market(seed, Events(further)) if further else everyday_market(seed)
        self.mistakes = MistakeBook(mistakes)
        self.truth = Truth(self.market)
        self.faults = FaultBook(seed)
        self.dialects = {dialect.name: dialect(self) for dialect in DIALECTS}
        self.numbers = itertools.count(1)
        self._journal = Journal()
        self._server: Server | None = None
        self._clock_lock = threading.Lock()
        self._set_at = clock.monotonic()
        self._set_to = _naive(now)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def now(self) -> datetime:
        with self._clock_lock:
            return self._now()

    def _now(self) -> datetime:
        if not self.ticking:
            return self._set_to
        return self._set_to + timedelta(seconds=clock.monotonic() - self._set_at)

    def set_clock(self, now: datetime, ticking: bool | None = None) -> None:
        with self._clock_lock:
            self._set_to, self._set_at = _naive(now), clock.monotonic()
            self.ticking = self.ticking if ticking is None else ticking

    def advance(self, step: timedelta) -> None:
        with self._clock_lock:
            self._set_to, self._set_at = self._now() + step, clock.monotonic()

    def add_fault(self, fault: Fault | dict[str, Any] | str) -> int:
        """Takes a fault, its dictionary form or the name of a preset, and returns its number."""
        return self.faults.add(fault)

    def clear_faults(self) -> None:
        self.faults.clear()

    def journal(self) -> list[JournalRecord]:
        return self._journal.records()

    def clear_journal(self) -> None:
        self._journal.clear()

    def record(self, record: JournalRecord) -> None:
        self._journal.append(record)

    def start(self) -> None:
        self._server = Server(self)
        self.port = self._server.start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def _naive(at: datetime) -> datetime:
    if at.tzinfo is None:
        return at
    offset = at.utcoffset() or timedelta()
    return at.replace(tzinfo=None) - offset


def serve(
    exchange: Exchange, ready: Callable[[str], None] | None = None, stop: Event | None = None
) -> None:
    """Serves until SIGTERM or SIGINT arrives or `stop` is set; `ready` is told the address."""
    stopping = stop or Event()

    def on_signal(number: int, frame: FrameType | None) -> None:
        stopping.set()

    previous = {
        number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        with exchange:
            if ready is not None:
                ready(exchange.url)
            stopping.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
