"""What a mistake does to the bars of an answer: each strike takes them and gives them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sandbox.answers import Row

DAY = 86_400
PRICES = ("open", "high", "low", "close")
VALUES = (*PRICES, "volume", "adjclose")
SPOILED = {1: ("low",), 2: ("low", "close"), 4: PRICES}
SWAPPED = {
    1: (("open", "high"), ("low", "close"), ("high", "low")),
    2: (("high", "low"),),
    3: (("low", "volume"),),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a strike happens. `size` is the severity's, `bars` how many bars it spoils, `sign` up
    or down; `days_to_closed` counts from the bar's day to the next without a session, and `other`
    finds the same bar of an instrument about so many times dearer or cheaper."""

    size: float
    bars: int
    sign: int
    now: int
    days_to_closed: int
    other: Callable[[Row, float], Row | None]

    @property
    def factor(self) -> float:
        return 1 + self.sign * self.size


Strike = Callable[[list[Row], int, Scene], list[Row]]


def _single(value: float) -> float:
    return float(np.float32(value))


def _scale(row: Row, factor: float, names: tuple[str, ...] = PRICES) -> None:
    """Multiplies prices; the adjusted close goes with the close, as it does at Yahoo."""
    if "close" in names and "adjclose" in row:
        names = (*names, "adjclose")
    for name in names:
        row[name] = _single(row[name] * factor)


def _wrap(row: Row) -> None:
    """Keeps high and low around the other prices, so that only the size gives a mistake away."""
    row["high"] = max(row[name] for name in PRICES)
    row["low"] = min(row[name] for name in PRICES)


def _with(rows: list[Row], place: int, *more: Row) -> list[Row]:
    return [*rows[: place + 1], *more, *rows[place + 1 :]]


def move_close(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    _scale(rows[place], scene.factor, ("close",))
    _wrap(rows[place])
    return rows


def high_wick(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    row = rows[place]
    row["high"] = _single(max(row["open"], row["close"]) * (1 + scene.size))
    return rows


def low_wick(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    row = rows[place]
    row["low"] = _single(min(row["open"], row["close"]) * (1 - scene.size))
    return rows


def shift_level(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    for row in _stretch(rows, place, scene):
        _scale(row, scene.factor)
    return rows


def switch_unit(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    _scale(rows[place], scene.size**scene.sign)
    return rows


def other_basis(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    for row in _stretch(rows, place, scene):
        _scale(row, scene.size)
        row["volume"] = round(row["volume"] / scene.size)
    return rows


def repeat_stale(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    if place > 0 and rows[place - 1]["close"] is not None:
        for row in _stretch(rows, place, scene):
            row.update({name: rows[place - 1][name] for name in VALUES if name in row})
    return rows


def _stretch(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    return [row for row in rows[place : place + scene.bars] if row["close"] is not None]


def _spoil(row: Row, scene: Scene, make: Callable[[float], float | None]) -> None:
    for name in SPOILED[int(scene.size)]:
        row[name] = make(row[name])
    if "adjclose" in row and "close" in SPOILED[int(scene.size)]:
        row["adjclose"] = make(row["adjclose"])


def zero(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    _spoil(rows[place], scene, lambda price: 0.0)
    return rows


def negative(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    _spoil(rows[place], scene, lambda price: -price)
    return rows


def not_finite(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    value = float("inf") if scene.size == len(PRICES) else float("nan")
    _spoil(rows[place], scene, lambda price: value)
    return rows


def null(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    _spoil(rows[place], scene, lambda price: None)
    return rows


def high_below_low(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    rows[place]["high"] = _single(rows[place]["low"] * (1 - scene.size))
    return rows


def close_outside(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    row = rows[place]
    edge = row["high"] if scene.sign > 0 else row["low"]
    _scale(row, edge * scene.factor / row["close"], ("close",))
    return rows


def swap_fields(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    row = rows[place]
    for one, other in SWAPPED[int(scene.size)]:
        if row[one] != row[other]:
            row[one], row[other] = row[other], row[one]
            row["volume"] = round(row["volume"])
            break
    return rows


def leave_grid(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    rows[place]["opened_at"] += int(scene.size)
    return rows


def on_closed_day(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    extra = dict(rows[place])
    extra["opened_at"] += scene.days_to_closed * DAY
    _scale(extra, scene.factor)
    return _with(rows, place, extra)


def in_future(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    extra = dict(rows[place])
    behind = (scene.now - extra["opened_at"]) // DAY + 1
    extra["opened_at"] += (behind + int(scene.size)) * DAY
    return _with(rows, place, extra)


def repeat_row(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    return _with(rows, place, *(dict(rows[place]) for _ in range(int(scene.size))))


def contradict(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    extra = dict(rows[place])
    move_close([extra], 0, scene)
    return _with(rows, place, extra)


def leave_out(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    return rows[:place] + rows[place + scene.bars :]


def volume_times(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    rows[place]["volume"] = round(rows[place]["volume"] * scene.size)
    return rows


def no_volume(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    for row in _stretch(rows, place, scene):
        row["volume"] = 0
    return rows


def negative_volume(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    rows[place]["volume"] = -max(round(rows[place]["volume"] * scene.size), 1)
    return rows


def too_large(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    rows[place]["high"] = _single(scene.size)
    return rows


def foreign(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    found = scene.other(rows[place], scene.size)
    if found is not None:
        rows[place].update({name: found[name] for name in VALUES if name in rows[place]})
    return rows


def none_of_the_bars(rows: list[Row], place: int, scene: Scene) -> list[Row]:
    return rows
