"""The list of providers: a new one is a package here, a staging model and a line below."""

from __future__ import annotations

from importlib import import_module
from typing import Any

PROVIDERS = ("binance", "yahoo", "file_drop")


def module(provider: str) -> Any:
    """A provider's package, imported when it is first needed: clients are slow to import."""
    return import_module(f"extract.{provider}")
