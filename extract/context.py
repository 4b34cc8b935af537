"""What a provider package is given for one run, and what it gives back beside its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from extract.outcomes import Outcome
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from warehouse.provider_settings import ProviderSettings


@dataclass(frozen=True)
class Failure:
    """A work unit that ended without its answer."""

    item: WorkItem
    outcome: Outcome
    detail: str


@dataclass
class FetchContext:
    """One provider's part of a run; `kept` is what its sources hand on from group to group."""

    run_id: int
    settings: ProviderSettings
    log: RequestLog
    rejected: RejectedRows
    folder: Path
    key: SecretStr | None = None
    failures: list[Failure] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    # Told when a unit has ended, with the rows it brought.
    on_unit: Callable[[int], None] | None = None
