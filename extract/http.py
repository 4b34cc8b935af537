"""The one polite edge: budget, deadline, size cap, retries and records of every call."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Self

from tenacity import RetryCallState, Retrying, retry_if_exception

from extract.budgets.budget import Budget
from extract.budgets.ledger import Priority
from extract.context import Failure, FetchContext
from extract.edge.redaction import redact, redact_error
from extract.edge.reply import REDIRECTS, Reply, refused_redirect
from extract.edge.unit import Unit
from extract.edge.waits import PoliteWait, retry_after
from extract.outcomes import MALFORMED_ATTEMPTS, PROVIDER_AWAY, FetchFailed, Outcome
from extract.request_log import RequestLog, RequestRecord
from extract.work import WorkItem
from warehouse import clock
from warehouse.provider_settings import ProviderSettings

UNITS_IN_A_ROW = 3
TOLERATED = {401: Outcome.UNAUTHORISED, 429: Outcome.THROTTLED}

__all__ = ["REDIRECTS", "Classify", "PoliteEdge", "Reply", "Unit", "redact", "refused_redirect"]

Perform = Callable[[float, int], Reply]
Classify = Callable[[Reply], None]
UsedWeight = Callable[[Reply], int | None]


class PoliteEdge:
    """Everything one provider is asked in one run goes through `send`."""

    def __init__(
        self,
        provider: str,
        settings: ProviderSettings,
        log: RequestLog,
        classify: Classify,
        budget: Budget,
        failures: list[Failure] | None = None,
        used_weight: UsedWeight | None = None,
    ) -> None:
        self.provider = provider
        self.settings = settings
        self.log = log
        self.classify = classify
        self.failures: list[Failure] = [] if failures is None else failures
        self.budget = budget
        self.used_weight = used_weight
        self._unit: Unit | None = None
        self._away_in_a_row = 0
        self.on_unit: Callable[[int], None] | None = None

    @classmethod
    def of(
        cls,
        provider: str,
        context: FetchContext,
        classify: Classify,
        used_weight: UsedWeight | None = None,
    ) -> Self:
        """The edge of a run, within the budget that all processes share."""
        edge = cls(
            provider,
            context.settings,
            context.log,
            classify,
            context.budget(provider),
            context.failures,
            used_weight,
        )
        edge.on_unit = context.on_unit
        return edge

    def unit(self, item: WorkItem) -> Unit:
        """`with edge.unit(item) as unit:` - a failure inside is kept, not raised."""
        return Unit(self, item)

    def send(
        self,
        method: str,
        url: str,
        perform: Perform,
        *,
        endpoint: str | None = None,
        tolerate: Collection[int] = (),
        attempts: int | None = None,
        weight: int = 1,
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
                return self._call(url, perform, number, endpoint, tolerate, weight)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _enough(self, state: RetryCallState, limit: int) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, FetchFailed):
            if error.outcome is Outcome.MALFORMED:
                limit = min(limit, MALFORMED_ATTEMPTS)
            # Asking before the named moment would be rude, and waiting for it would take too long.
            if (error.retry_after or 0) > self.settings.max_wait_seconds:
                return True
        return state.attempt_number >= limit

    def _call(
        self,
        url: str,
        perform: Perform,
        attempt: int,
        endpoint: str | None,
        tolerate: Collection[int],
        weight: int,
    ) -> Reply:
        if self._unit is None:
            raise RuntimeError("a call outside of a work unit")
        taken = self.budget.take(weight, Priority.of(self._unit.item))
        record = self.record(url, attempt, endpoint)
        started = clock.monotonic()
        reply = None
        try:
            reply = perform(self.settings.timeout_seconds, self.settings.max_body_mb * 1024 * 1024)
            record.status, record.byte_count = reply.status, len(reply.body)
            if reply.status not in tolerate:
                if reply.status in REDIRECTS:
                    raise FetchFailed(Outcome.MALFORMED, refused_redirect(reply), final=True)
                self.classify(reply)
            record.outcome = TOLERATED.get(reply.status, Outcome.OK)
            if reply.status == 429:
                throttled = FetchFailed(Outcome.THROTTLED, "HTTP 429", retry_after(reply.headers))
                self.budget.failed(taken, throttled, self._used(reply))
            else:
                self.budget.answered(taken, self._used(reply))
            return reply
        except FetchFailed as failed:
            failed.detail = redact(failed.detail)
            record.outcome, record.detail = failed.outcome, failed.detail
            self.budget.failed(taken, failed, self._used(reply))
            raise
        except Exception as error:
            record.outcome, record.detail = Outcome.MALFORMED, redact_error(error)
            self.budget.answered(taken)
            raise
        finally:
            record.duration_ms = round((clock.monotonic() - started) * 1000)

    def _used(self, reply: Reply | None) -> int | None:
        return self.used_weight(reply) if self.used_weight and reply else None

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
        unit, self._unit = self._unit, None
        if unit and self.on_unit:
            self.on_unit(sum(call.row_count or 0 for call in unit.calls))
        if failed is None or failed.outcome not in PROVIDER_AWAY:
            self._away_in_a_row = 0
            return
        # A unit that we did not let ask says nothing of the provider.
        if not (unit and unit.calls) or self.budget.is_open:
            return
        self._away_in_a_row += 1
        if self._away_in_a_row >= UNITS_IN_A_ROW:
            self._away_in_a_row = 0
            self.budget.away(failed)
