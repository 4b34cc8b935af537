"""A budget of a test, and calls that are spent from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr

from extract.budgets.budget import Budget
from extract.budgets.ledger import Priority, Wish
from warehouse.provider_settings import ProviderSettings

HOST = "http://127.0.0.1:9"
LIVE, REPAIR, BACKFILL = Priority.LIVE, Priority.REPAIR, Priority.BACKFILL


def settings(host: str = HOST, **changes: Any) -> ProviderSettings:
    return ProviderSettings(base_url=host, **changes)


def budget(
    file: Path,
    provider: str = "massive",
    key: str = "one key",
    host: str = HOST,
    **changes: Any,
) -> Budget:
    return Budget(file, provider, settings(host, **changes), SecretStr(key))


def spend(budget: Budget, calls: int, priority: Priority = LIVE, weight: int = 1) -> list[float]:
    """When each of these calls was made."""
    at = []
    for _ in range(calls):
        taken = budget.take(weight, priority)
        at.append(taken.reserved_at)
        budget.answered(taken)
    return [one - at[0] for one in at]


def wish(waiter: str, priority: Priority = LIVE, since: float = 0.0, weight: int = 1) -> Wish:
    return Wish(waiter, since, weight, priority, seconds=30, patience=120)
