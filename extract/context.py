"""What a provider package is given for one run, and what it gives back beside its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from extract.budgets.budget import Budget
from extract.outcomes import Outcome
from extract.request_log import RejectedRows, RequestLog
from extract.work import WorkItem
from warehouse.folder import DataFolder
from warehouse.provider_settings import ProviderSettings


@dataclass(frozen=True)
class Failure:
    """A work unit that ended without its answer."""

    item: WorkItem
    outcome: Outcome
    detail: str
    # Seconds until the provider may be asked again, where that is known.
    retry_after: float | None = None


@dataclass
class FetchContext:
    """One provider's part of a run; `kept` is what its sources hand on from group to group."""

    run_id: int
    settings: ProviderSettings
    log: RequestLog
    rejected: RejectedRows
    folder: Path
    key: SecretStr | None = None
    # Where calls are counted; without it, in this folder alone.
    budgets: Path | None = None
    failures: list[Failure] = field(default_factory=list)
    kept: dict[str, Any] = field(default_factory=dict)
    # Told when a unit has ended, with the rows it brought.
    on_unit: Callable[[int], None] | None = None

    def budget(self, provider: str) -> Budget:
        """This run's share of what the provider allows to all processes of the machine."""
        file = self.budgets or DataFolder(self.folder).budgets
        return Budget(file, provider, self.settings, self.key)
