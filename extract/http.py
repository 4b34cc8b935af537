"""The one polite edge: pace, deadline, size cap, retries, circuit and records of every call."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tenacity import RetryCallState, Retrying, retry_if_exception

from extract.context import Failure, FetchContext
from extract.edge.circuit import Circuit
from extract.edge.redaction import redact, redact_error
from extract.edge.waits import PoliteWait
from extract.outcomes import (
    MALFORMED_ATTEMPTS,
    PROVIDER_AWAY,
    STOPS_PROVIDER,
    FetchFailed,
    Outcome,
)
from extract.request_log import RequestLog, RequestRecord
from extract.work import WorkItem
from warehouse import clock, logs
from warehouse.provider_settings import ProviderSettings

UNITS_IN_A_ROW = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TOLERATED = {401: Outcome.UNAUTHORISED, 429: Outcome.THROTTLED}

log = logs.get(__name__)

__all__ = ["Circuit", "PoliteEdge", "Reply", "Unit", "redact"]


@dataclass
class Reply:
    """An answer, read whole and no larger than the cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    native: Any = None
    _parsed: Any = field(default=None, init=False, repr=False)

    def parsed(self) -> Any:
        """The body as JSON; anything else ends the unit as malformed."""
        if self._parsed is None:
            if not self.body.strip():
                raise FetchFailed(Outcome.UNAVAILABLE, "an empty body")
            try:
                self._parsed = json.loads(self.body)
            except (ValueError, RecursionError) as error:
                raise FetchFailed(
                    Outcome.MALFORMED, f"not JSON ({type(error).__name__}): {self.beginning()}"
                ) from None
        return self._parsed

    def beginning(self) -> str:
        return redact(self.body[:200].decode("utf-8", "replace")).replace("\n", " ")


Perform = Callable[[float, int], Reply]
Classify = Callable[[Reply], None]


class PoliteEdge:
    """Everything one provider is asked in one run goes through `send`."""

    def __init__(
        self,
        provider: str,
        settings: ProviderSettings,
        log: RequestLog,
        classify: Classify,
        failures: list[Failure] | None = None,
        memory: Path | None = None,
    ) -> None:
        self.provider = provider
        self.settings = settings
        self.log = log
        self.classify = classify
        self.failures: list[Failure] = [] if failures is None else failures
        self.circuit = Circuit(memory)
        self._unit: Unit | None = None
        self._not_before = 0.0
        self._away_in_a_row = 0

    @classmethod
    def of(cls, provider: str, context: FetchContext, classify: Classify) -> Self:
        """The edge of a run, remembering the bans of earlier ones."""
        return cls(
            provider,
            context.settings,
            context.log,
            classify,
            context.failures,
            context.folder / "state" / f"{provider}_ban.json",
        )

    def unit(self, item: WorkItem) -> Unit:
        """`with edge.unit(item) as unit:` - a failure inside is kept, not raised."""
        return Unit(self, item)

    def hold(self, seconds: float) -> None:
        """Make no call for so long (used up weight, for one)."""
        self._not_before = max(self._not_before, clock.monotonic() + seconds)

    def send(
        self,
        method: str,
        url: str,
        perform: Perform,
        *,
        endpoint: str | None = None,
        tolerate: Collection[int] = (),
        attempts: int | None = None,
    ) -> Reply:
        """Call until there is an answer or no sense in asking; statuses in `tolerate` come back."""
        limit = attempts or self.settings.attempts
        retrying = Retrying(
            stop=lambda state: self._enough(state, limit),
            wait=PoliteWait(self.settings.backoff_seconds, self.settings.max_wait_seconds),
            retry=retry_if_exception(
                lambda error: isinstance(error, FetchFailed) and error.retryable
            ),
            sleep=clock.sleep,
            reraise=True,
        )
        for attempt in retrying:
            with attempt:
                number = attempt.retry_state.attempt_number
                return self._call(method, url, perform, number, endpoint, tolerate)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _enough(self, state: RetryCallState, limit: int) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, FetchFailed):
            if error.outcome is Outcome.MALFORMED:
                limit = min(limit, MALFORMED_ATTEMPTS)
            # Asking before the named moment would be rude, and waiting for it would take too long.
            if (error.retry_after or 0) > self.settings.max_wait_seconds:
                self.circuit.trip(error, error.retry_after)
                return True
        return state.attempt_number >= limit

    def _call(
        self,
        method: str,
        url: str,
        perform: Perform,
        attempt: int,
        endpoint: str | None,
        tolerate: Collection[int],
    ) -> Reply:
        if self.circuit.open:
            raise self.circuit.refusal(self.provider)
        clock.sleep(self._not_before - clock.monotonic())
        record = self.record(url, attempt, endpoint)
        started = clock.monotonic()
        self._not_before = started + self.settings.pace_seconds
        try:
            reply = perform(self.settings.timeout_seconds, self.settings.max_body_mb * 1024 * 1024)
            record.status, record.byte_count = reply.status, len(reply.body)
            if reply.status not in tolerate:
                if reply.status in REDIRECTS:
                    raise FetchFailed(Outcome.MALFORMED, refused_redirect(reply), final=True)
                self.classify(reply)
            record.outcome = TOLERATED.get(reply.status, Outcome.OK)
            return reply
        except FetchFailed as failed:
            failed.detail = redact(failed.detail)
            record.outcome, record.detail = failed.outcome, failed.detail
            if failed.outcome in STOPS_PROVIDER:
                self.circuit.trip(failed, failed.retry_after)
            raise
        except Exception as error:
            record.outcome, record.detail = Outcome.MALFORMED, redact_error(error)
            raise
        finally:
            record.duration_ms = round((clock.monotonic() - started) * 1000)

    def record(self, url: str, attempt: int, endpoint: str | None) -> RequestRecord:
        unit = self._unit
        if unit is None:
            raise RuntimeError("a call outside of a work unit")
        record = RequestRecord(
            request_id=self.log.next_id(),
            run_id=self.log.run_id,
            provider=self.provider,
            endpoint=endpoint or unit.item.endpoint,
            work_unit=unit.item.name,
            instrument_id=unit.item.instrument_id,
            symbol=unit.item.symbol,
            interval=unit.item.interval,
            reason=unit.item.reason,
            url=redact(url),
            attempt=attempt,
            requested_at=clock.now(),
        )
        unit.calls.append(record)
        self.log.add(record)
        return record

    def begin(self, unit: Unit) -> None:
        self._unit = unit

    def end(self, failed: FetchFailed | None) -> None:
        """Count units in a row that found the provider away; enough of them open the circuit."""
        self._unit = None
        if failed is None or failed.outcome not in PROVIDER_AWAY:
            self._away_in_a_row = 0
            return
        if self.circuit.open:
            return
        self._away_in_a_row += 1
        if self._away_in_a_row >= UNITS_IN_A_ROW:
            self._away_in_a_row = 0
            self.circuit.trip(failed, failed.retry_after or self.settings.max_wait_seconds)


class Unit:
    """One work item while it is being asked for."""

    def __init__(self, edge: PoliteEdge, item: WorkItem) -> None:
        self.edge = edge
        self.item = item
        self.calls: list[RequestRecord] = []

    @property
    def request_id(self) -> int:
        """The call that the rows at hand came with."""
        return self.calls[-1].request_id

    def answered(
        self,
        row_count: int,
        start: datetime | None = None,
        end: datetime | None = None,
        detail: str | None = None,
    ) -> None:
        """Mark the last call as the one that answered this window (a page: its part of it)."""
        record = self.calls[-1]
        record.row_count = row_count
        record.outcome = Outcome.OK if row_count else Outcome.EMPTY
        record.detail = redact(detail) if detail else record.detail
        if start or self.item.endpoint == "bars":
            record.window_start = start or self.item.start
            record.window_end = end or self.item.end

    def answered_by(self, call: RequestRecord) -> None:
        """No call is made, for an earlier one brought this too: its record has attempt 0."""
        record = self.edge.record(call.url, 0, None)
        record.status, record.duration_ms = call.status, 0
        record.detail = f"answered by request {call.request_id}"

    def __enter__(self) -> Self:
        self.edge.begin(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if error is None or not isinstance(error, Exception):
            self.edge.end(None)
            return False
        if isinstance(error, FetchFailed) and error.outcome is Outcome.EMPTY and self.calls:
            self.answered(0, detail=error.detail)
            self.edge.end(None)
            return True
        failed = error
        if not isinstance(failed, FetchFailed):
            failed = FetchFailed(Outcome.MALFORMED, redact_error(error))
        if failed.outcome is Outcome.UNKNOWN_SYMBOL and not self.item.is_listed:
            failed.outcome = Outcome.DELISTED
            if self.calls:
                self.calls[-1].outcome = failed.outcome
        if self.calls and self.calls[-1].outcome == Outcome.OK and not self.calls[-1].row_count:
            self.calls[-1].outcome, self.calls[-1].detail = failed.outcome, failed.detail
        detail = redact(failed.detail)
        self.edge.failures.append(Failure(self.item, failed.outcome, detail))
        log.warning("unit failed", unit=self.item.name, outcome=failed.outcome, detail=detail)
        self.edge.end(failed)
        return True


def refused_redirect(reply: Reply) -> str:
    target = next((v for n, v in reply.headers.items() if n.lower() == "location"), "")
    return f"refused redirect to {urlsplit(target).hostname or 'another place'}"
