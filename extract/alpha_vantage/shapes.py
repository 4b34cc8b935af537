"""Reads answers of every age: labels by their words, whatever number they carry; JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from typing import Any

NUMBER = re.compile(r"^\s*\d+[a-z]?\s*\.\s*", re.IGNORECASE)
STAMP_WORDS = ("timestamp", "time", "date")
SERIES, QUOTE = "time series", "global quote"

Values = dict[str, Any]


@dataclass(frozen=True)
class Series:
    """Rows as stamp and values by word, and what the answer says of itself."""

    rows: list[tuple[str, Values]]
    meta: Values

    @property
    def time_zone(self) -> str | None:
        found = self.meta.get("time zone")
        return found if isinstance(found, str) else None


def word_of(label: str) -> str:
    """`5. adjusted close`, `adjusted_close` and `Adjusted Close` are one label."""
    return NUMBER.sub("", str(label)).replace("_", " ").strip().lower()


def by_word(values: Any) -> Values:
    if not isinstance(values, dict):
        raise ValueError("the values have no labels")
    return {word_of(label): value for label, value in values.items()}


def value_of(values: Values, word: str, market: str | None = None) -> Any:
    """Old answers about currencies have each price twice: in the market's currency and in USD."""
    if word not in values and market:
        word = f"{word} ({market.lower()})"
    if word not in values:
        raise ValueError(f"no {word!r} among the labels")
    return values[word]


def payload_of(parsed: dict[str, Any], kind: str) -> dict[str, Any] | None:
    """What stands under the key of the data, SERIES or QUOTE; None when no key is one."""
    for name, value in parsed.items():
        if kind in word_of(name) and isinstance(value, dict):
            return value
    return None


def looks_like_csv(body: bytes) -> bool:
    first, _, _ = _text(body).lstrip().partition("\n")
    return "," in first and first.split(",")[0].strip().strip('"').lower() in STAMP_WORDS


def read_series(body: bytes) -> Series:
    """Oldest row first, in whatever order they came."""
    if looks_like_csv(body):
        return Series(sorted(_csv_rows(_text(body)), key=lambda row: row[0]), {})
    parsed = json.loads(body)
    meta: Any = next((value for name, value in parsed.items() if word_of(name) == "meta data"), {})
    rows = list((payload_of(parsed, SERIES) or {}).items())
    return Series(sorted(rows, key=lambda row: row[0]), by_word(meta or {}))


def read_quote(parsed: dict[str, Any]) -> tuple[Values, int | None]:
    """Its values by word, and how many minutes late its label says it is."""
    label = next(name for name in parsed if QUOTE in word_of(name))
    late = re.search(r"delayed by (\d+) minutes", label, re.IGNORECASE)
    return by_word(parsed[label]), int(late[1]) if late else None


def _csv_rows(text: str) -> list[tuple[str, Values]]:
    rows = []
    for row in csv.DictReader(io.StringIO(text, newline="")):
        values = {word_of(name): value for name, value in row.items() if name is not None}
        stamp = next((values.pop(word) for word in STAMP_WORDS if word in values), None)
        if stamp:
            rows.append((stamp.strip(), values))
    return rows


def _text(body: bytes) -> str:
    return body.decode("utf-8-sig", "replace")
