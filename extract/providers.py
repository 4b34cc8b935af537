"""The list of providers: a new one is a package here, a staging model and a line below."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from warehouse.errors import UsageError

PROVIDERS = (
    "binance",
    "yahoo",
    "massive",
    "fmp",
    "alpha_vantage",
    "file_drop",
)
# What they were called before, or are called by habit.
OTHER_NAMES = {"polygon": "massive"}


def canonical(name: str) -> str:
    """The provider's own name; an unknown one is told with the names there are."""
    found = OTHER_NAMES.get(name.lower(), name.lower())
    if found not in PROVIDERS:
        raise UsageError(f"no such provider: {name}", f"providers are: {', '.join(PROVIDERS)}")
    return found


def module(provider: str) -> Any:
    """A provider's package, imported when it is first needed: clients are slow to import."""
    return import_module(f"extract.{provider}")
