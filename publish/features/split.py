"""Labels, and which rows one learns from, is judged on, and scores today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from publish.features.columns import KEYS, LABELS, Column
from publish.features.rows import Rows
from warehouse.errors import UsageError

FILES = ("train", "test", "latest")
# Every row is in exactly one part; those that are in no file are counted.
PARTS = (*FILES, "incomplete", "purged", "embargoed")
LABELLED = """
select
    *,
    lead(date, {horizon}) over series as label_date,
    case when close > 0 then cast(lead(close, {horizon}) over series as double)
        / cast(close as double) - 1 end as label_return,
    cast(case when label_return > 0 then 1 when label_return <= 0 then 0 end as tinyint)
        as label_up,
    case when date >= date '{split}' then row_number() over (
        partition by instrument_id, date >= date '{split}' order by opened_at
    ) end as bars_after_split
from rows
window series as (partition by instrument_id order by opened_at)
"""
# The order matters: a row without a label is for scoring on whichever side of the split it lies.
PART = """
case
    when not ({complete}) then 'incomplete'
    when label_date is null then 'latest'
    when label_return is null then 'incomplete'
    when label_date < date '{split}' then 'train'
    when date < date '{split}' then 'purged'
    when bars_after_split <= {embargo} then 'embargoed'
    else 'test'
end
"""


@dataclass(frozen=True)
class Cut:
    """Where time is cut, how far a label looks, and how many bars of test are left out."""

    split: date
    horizon: int = 1
    embargo: int = 0
    keep_nulls: bool = False


@dataclass(frozen=True)
class Parts:
    """The three tables, and how many rows are in each part."""

    tables: dict[str, pa.Table]
    counts: dict[str, int]
    features: Sequence[Column]
    first_date: date
    last_date: date


def part(rows: Rows, cut: Cut) -> Parts:
    """Train rows have labels that end before the split, test rows begin at it."""
    if cut.horizon < 1 or cut.embargo < 0:
        raise UsageError("a horizon is 1 bar or more, an embargo 0 or more")
    names = [one.name for one in rows.features]
    complete = "true" if cut.keep_nulls else " and ".join(f"{one} is not null" for one in names)
    kept = ", ".join([one.name for one in KEYS] + names)
    labels = ", ".join(one.name for one in LABELS)
    with duckdb.connect() as connection:
        connection.register("rows", rows.table)
        span: Any = connection.execute("select min(date), max(date) from rows").fetchone()
        _check(cut, *span)
        which = PART.format(complete=complete, **vars(cut))
        connection.execute(
            f"create table parted as select *, {which} as part"
            f" from ({LABELLED.format(**vars(cut))})"
        )
        found = dict(connection.execute("select part, count(*) from parted group by 1").fetchall())
        tables: dict[str, pa.Table] = {}
        for name in FILES:
            shown = kept if name == "latest" else f"{kept}, {labels}"
            result: Any = connection.execute(
                f"select {shown} from parted where part = '{name}' order by instrument_id, date"
            )
            tables[name] = result.to_arrow_table()
    counts = {name: found.get(name, 0) for name in PARTS}
    _refuse_empty(cut, counts)
    return Parts(tables, counts, rows.features, *span)


def _check(cut: Cut, first: date, last: date) -> None:
    if not first < cut.split <= last:
        raise UsageError(
            f"the split {cut.split} is outside the data: bars go from {first} to {last}",
            "name a day after the first bar and no later than the last",
        )


def _refuse_empty(cut: Cut, counts: dict[str, int]) -> None:
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    if not counts["train"]:
        raise UsageError(
            f"no row to train on before {cut.split}: {told}",
            "a row is incomplete until the widest window is full and purged when its label "
            "reaches the split: name a later split, fewer features or --keep-nulls",
        )
    if not counts["test"]:
        raise UsageError(
            f"no row to test on from {cut.split}: {told}",
            f"a row has a label {cut.horizon} bars later: name an earlier split or a shorter "
            "--horizon",
        )
