"""The fold of readings into versions, as a plain loop: what the model in SQL is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

TOLERANCE, VOLUME, SETTLED_VOLUME = 1e-6, 0.005, 1e-6
Reading = dict[str, Any]


@dataclass
class Version:
    """What the loop believes of one bar."""

    values: tuple[float, ...]
    volume: float
    cause: str
    known_seq: int
    settled_volume: float | None
    observation_count: int = 0
    set_aside_count: int = 0
    conflict: tuple[float, datetime] | None = None


def walk(readings: list[Reading]) -> list[Version]:
    """The rules of docs/numbers_that_move.md, one reading after the other."""
    held: list[Version] = []
    for one in readings:
        prices, volume = one["prices"], one["volume"]
        settled = one["observed_at"] >= one["settles_at"]
        if not held:
            held.append(
                Version(prices, volume, "first", one["known_seq"], volume if settled else None, 1)
            )
            continue
        now = held[-1]
        moved = any(
            abs(new - old) > TOLERANCE * abs(old) + 1e-8
            for new, old in zip(prices, now.values, strict=True)
        )
        if settled and now.settled_volume is not None:
            base, limit = now.settled_volume, SETTLED_VOLUME
        else:
            base, limit = now.volume, VOLUME
        slack = 0 if one["split_ratio"] == 1 else 2
        volume_moved = abs(volume - base) > limit * abs(base) + slack
        ratio = prices[3] / now.values[3]
        one_ratio = (
            moved
            and all(
                0.85 <= new / old / ratio <= 1.15
                for new, old in zip(prices, now.values, strict=True)
            )
            and max(ratio, 1 / ratio) >= 1.2
        )
        conflict = one_ratio and not one["is_reread"]
        same = now.conflict is not None and abs(ratio / now.conflict[0] - 1) <= 1e-5
        if conflict and same and now.conflict:
            conflict = one["known_at"] < now.conflict[1] + timedelta(days=3)
        one["is_aside"] = conflict
        if conflict:
            now.set_aside_count += 1
            since = now.conflict[1] if same and now.conflict else one["known_at"]
            now.conflict = (ratio, since)
        elif moved or volume_moved:
            now.conflict = None
            told = abs(ratio * 2 - 1) <= 1e-5 and one["split_ratio"] == 2
            change = volume / now.volume
            along = change**2 * ratio < 1 if ratio > 1 else change**2 * ratio > 1
            rebased = one_ratio and (one["is_reread"] or told) and along
            cause = "rebased" if rebased else "restated"
            held.append(
                Version(
                    prices, volume, cause, one["known_seq"], volume if settled else None,
                    0 if one["is_reread"] else 1,
                )
            )  # fmt: skip
        else:
            now.conflict = None
            now.observation_count += 0 if one["is_reread"] else 1
            if now.settled_volume is None and settled:
                now.settled_volume = volume
    return held
