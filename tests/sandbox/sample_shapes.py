"""How an answer differs from the recorded sample: in its keys, or in the kinds of its values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import requests

Get = Callable[..., requests.Response]
Sample = Callable[[str], Any]


def differences(recorded: Any, given: Any, path: str = "", more: bool = False) -> list[str]:
    """Where two payloads differ in keys or kinds of values; `more` forgives keys of ours."""
    if isinstance(recorded, dict) and isinstance(given, dict):
        if path.endswith((".dividends", ".splits")) or ".Time Series" in path[-45:]:
            recorded, given = ({"*": next(iter(one.values()))} for one in (recorded, given))
        found = [f"missing {path}.{key}" for key in recorded.keys() - given.keys()]
        if not more:
            found += [f"extra {path}.{key}" for key in given.keys() - recorded.keys()]
        for key in recorded.keys() & given.keys():
            found += differences(recorded[key], given[key], f"{path}.{key}", more)
        return found
    if isinstance(recorded, list) and isinstance(given, list):
        if recorded and given:
            return differences(recorded[0], given[0], f"{path}[0]", more)
        return [] if bool(recorded) == bool(given) else [f"emptiness {path}"]
    return [] if kind(recorded) == kind(given) else [f"type {path}"]


def kind(value: Any) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return "number" if number else type(value).__name__
