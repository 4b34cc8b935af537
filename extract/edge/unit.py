"""One work item while it is being asked for, and what became of it."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from extract.context import Failure
from extract.edge.redaction import redact, redact_error
from extract.outcomes import FetchFailed, Outcome
from extract.request_log import RequestRecord
from extract.work import WorkItem
from warehouse import logs
from warehouse.errors import TapehouseError

if TYPE_CHECKING:
    from extract.http import PoliteEdge

log = logs.get(__name__)


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
        # What hinders us ourselves (a full disk, a ledger that cannot be written) is no answer.
        if not isinstance(error, Exception) or isinstance(error, TapehouseError):
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
        self.edge.failures.append(Failure(self.item, failed.outcome, detail, failed.retry_after))
        log.warning("unit failed", unit=self.item.name, outcome=failed.outcome, detail=detail)
        self.edge.end(failed)
        return True
