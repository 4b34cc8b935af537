"""A changed rule in one line: of a seed's row only the cells that differ."""

from __future__ import annotations

import json
from typing import Any


def change_of(kind: str, name: str, old: str | None, new: str | None) -> str:
    head = f"{kind} {name}"
    if old is None or new is None:
        return f"{head} is {'new' if old is None else 'gone'}"
    if kind == "sql":
        return f"{head} was edited"
    before, after = json.loads(old), json.loads(new)
    if not isinstance(before, dict):
        return f"{head}: {old} -> {new}"
    return f"{head}: " + ", ".join(
        f"{cell} {_told(before.get(cell))} -> {_told(after.get(cell))}"
        for cell in {**before, **after}
        if before.get(cell) != after.get(cell)
    )


def _told(value: Any) -> str:
    return "empty" if value is None else str(value)
