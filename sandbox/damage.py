"""What a fault can do to the bars of an answer, provider by provider alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sandbox.answers import Row

FUTURE_SECONDS = 86_400 * 3650
OFF_GRID_SECONDS = 17

Damage = Callable[[list[Row], Any, random.Random], list[Row]]


def damage_rows(rows: list[Row], damages: dict[str, Any], seed: int) -> list[Row]:
    draw = random.Random(seed)
    for word, value in damages.items():
        rows = DAMAGES[word](rows, value, draw)
    return rows


def _place(rows: list[Row], value: Any) -> int:
    """The row a damage names, else the one in the middle; never one full of nulls."""
    wanted = value.get("row") if isinstance(value, dict) else None
    place = len(rows) // 2 if wanted is None else int(wanted) % len(rows)
    filled = [at for at, row in enumerate(rows) if row["close"] is not None]
    return min(filled, key=lambda at: abs(at - place)) if filled else place


def _like(sample: Any, number: float) -> Any:
    """A number written the way the dialect writes its own: as text or as a number."""
    return f"{number:.8f}" if isinstance(sample, str) else number


def _in_unit_of(stamp: Any, seconds: int) -> Any:
    """Seconds in the unit of the stamp beside it: milliseconds are larger than 1e11."""
    return seconds * 1000 if isinstance(stamp, int) and stamp > 10**11 else seconds


def _repeat_page(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return rows + rows


def _shuffle(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    shuffled = list(rows)
    draw.shuffle(shuffled)
    return shuffled if shuffled != rows else rows[::-1]


def _extra_field(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    name = value if isinstance(value, str) else "surprise"
    return [row | {name: "unexpected"} for row in rows]


def _drop_field(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return [{name: row[name] for name in row if name != value} for row in rows]


def _rename_field(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return [{value.get(name, name): found for name, found in row.items()} for row in rows]


def _set(rows: list[Row], value: Any, make: Callable[[Row], Row]) -> list[Row]:
    if not rows:
        return rows
    place = _place(rows, value)
    return [make(row) if at == place else row for at, row in enumerate(rows)]


def _bad_value(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(rows, value, lambda row: row | {value["field"]: value["value"]})


def _text_number(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(rows, value, lambda row: row | {"close": "n/a"})


def _nan(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(
        rows,
        value,
        lambda row: row | {"close": "NaN" if isinstance(row["close"], str) else float("nan")},
    )


def _negative(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(rows, value, lambda row: row | {"close": _like(row["close"], -float(row["close"]))})


def _high_below_low(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(
        rows,
        value,
        lambda row: row | {"high": _like(row["high"], float(row["low"]) * 0.5)},
    )


def _off_grid(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(
        rows,
        value,
        lambda row: (
            row | {"opened_at": row["opened_at"] + _in_unit_of(row["opened_at"], OFF_GRID_SECONDS)}
        ),
    )


def _future_ts(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return _set(
        rows,
        value,
        lambda row: (
            row | {"opened_at": row["opened_at"] + _in_unit_of(row["opened_at"], FUTURE_SECONDS)}
        ),
    )


def _unit_switch(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return [
        row
        | {
            name: None if row[name] is None else _like(row[name], float(row[name]) * 100)
            for name in ("open", "high", "low", "close")
        }
        for row in rows
    ]


def _empty_page(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return []


def _as_it_is(rows: list[Row], value: Any, draw: random.Random) -> list[Row]:
    return rows


DAMAGES: dict[str, Damage] = {
    "repeat_page": _repeat_page,
    "shuffle": _shuffle,
    "extra_field": _extra_field,
    "drop_field": _drop_field,
    "rename_field": _rename_field,
    "bad_value": _bad_value,
    "text_number": _text_number,
    "nan": _nan,
    "negative": _negative,
    "high_below_low": _high_below_low,
    "off_grid": _off_grid,
    "future_ts": _future_ts,
    "unit_switch": _unit_switch,
    "empty_page": _empty_page,
    "wrong_symbol": _as_it_is,
}
