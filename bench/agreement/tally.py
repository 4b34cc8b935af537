"""What `source_agreement` says of each bar beside what its label says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from bench.agreement.scatter import Answer, Label, Place, World, expected

CLASSES = ("agree", "volume_only", "basis_differs", "conflict", "single")
SAID = "select symbol, interval, opened_at, class, likely_cause, outvoted from source_agreement"
ASIDE = (
    "select replace(symbol, '/', ''), interval, opened_at, provider from quarantined_rows "
    "where rule = 'price_relations'"
)
TWO = "two at a time"
Key = tuple[str, str, datetime]


@dataclass
class Score:
    """One kind of disagreement: how often it was injected, and what it was called."""

    count: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    right_class: int = 0
    right_cause: int = 0
    right_outvoted: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.count + other.count,
            self.classes + other.classes,
            self.right_class + other.right_class,
            self.right_cause + other.right_cause,
            self.right_outvoted + other.right_outvoted,
        )


@dataclass
class Tally:
    """One seed: a score per kind, the bars called wrongly, and the false alarms among the rest."""

    seed: int
    kinds: dict[str, Score] = field(default_factory=dict)
    wrong: list[tuple[str, Key, Answer, tuple[str, str | None, str | None]]] = field(
        default_factory=list
    )
    undisturbed: int = 0
    alarms: list[tuple[Key, str, str | None]] = field(default_factory=list)

    @property
    def all(self) -> Score:
        return sum(self.kinds.values(), Score())


def tally(world: World, connection: duckdb.DuckDBPyConnection, seed: int) -> Tally:
    said = {tuple(row[:3]): tuple(row[3:]) for row in connection.execute(SAID).fetchall()}
    aside = set(connection.execute(ASIDE).fetchall())
    done = Tally(seed)
    for place, labels in world.labels.items():
        key = _key(world, place)
        name = labels[0].kind.name if len(labels) == 1 else TWO
        score = done.kinds.setdefault(name, Score())
        _judge(done, score, name, key, expected(labels, world.holders(place)), said, labels, aside)
    for place in world.undisturbed():
        key = _key(world, place)
        done.undisturbed += 1
        class_, cause, outvoted = said[key]
        calm = "single" if len(world.holders(place)) == 1 else "agree"
        if (class_, cause, outvoted) != (calm, None, None):
            done.alarms.append((key, class_, cause))
    return done


def _judge(
    done: Tally,
    score: Score,
    name: str,
    key: Key,
    answer: Answer,
    said: Mapping[Key, tuple[str, str | None, str | None]],
    labels: list[Label],
    aside: set[tuple[str, str, datetime, str]],
) -> None:
    class_, cause, outvoted = said[key]
    kept = [one for one in labels if one.kind.class_ == "set aside"]
    was_kept = all((*key, one.provider) in aside for one in kept)
    score.count += 1
    score.classes[class_] += 1
    score.right_class += class_ == answer.class_ and was_kept
    score.right_cause += cause in answer.causes
    score.right_outvoted += outvoted == answer.outvoted
    right = class_ == answer.class_ and cause in answer.causes and outvoted == answer.outvoted
    if not right or not was_kept:
        done.wrong.append((name, key, answer, (class_, cause, outvoted)))


def _key(world: World, place: Place) -> Key:
    number, instrument, bar = place
    sheet = world.sheets[number]
    return sheet.symbols[instrument], sheet.interval, sheet.bars[bar][1]
