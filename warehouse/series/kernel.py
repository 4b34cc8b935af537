"""The columns of a plan over bars in memory, each the same whichever bar one begins at.

A plan comes from the macros in `dbt_project/macros/indicators`, which also render it as SQL for
engines without this kernel. What is an expression there is the same expression here; only windows
and recursive averages are done twice.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from warehouse.series.columns import (
    HELD,
    NUMBER,
    PLACE,
    RUNNING,
    SERIES,
    Item,
    Levels,
    Whole,
    carried,
    column,
    earlier,
)

# What looks further back than this is done before the rest where only new bars are asked for.
FAR = 20
# The bar before a new one, whose values are gone on from, and the one before that.
AT_LEAST = 2
NAME = re.compile(r"[a-z_]\w*")


def measure(bars: pl.DataFrame, inputs: Sequence[Item], levels: Levels) -> pl.DataFrame:
    """Add the columns of every level to bars, sorted by series and time.

    `bars_before` says how many bars of a series there are before those given, `bars_held` how many
    were stored before; what they left off with is in columns named `<name>_held`.
    """
    return _leveled(_entered(_numbered(bars), inputs), levels)


def measure_new(bars: pl.DataFrame, inputs: Sequence[Item], levels: Levels) -> pl.DataFrame:
    """The same of bars that were not stored before; those before them are only looked back at.

    What looks far back is done first, on what it needs alone; the rest on few bars. A sum since
    the session's open needs all of the session, however long that is.
    """
    needed = bars_needed(levels)

    def is_far(item: Item) -> bool:
        return needed[item["name"]] > FAR or "session_total" in item

    far = [[item for item in level if is_far(item)] for level in levels]
    near = [[item for item in level if not is_far(item)] for level in levels]
    numbered = _numbered(bars)
    looked_back = _leveled(_entered(numbered, _used(inputs, far)), far)
    back = AT_LEAST + max((needed[item["name"]] for level in near for item in level), default=0)
    found = [pl.col(item["name"]) for level in far for item in level]
    computed = looked_back.lazy().filter(HELD - back < NUMBER).select(found).collect()
    entered = _entered(_without_bars_before(numbered.lazy(), back).collect(), inputs)
    measured = _leveled(entered.hstack(computed), near)
    return measured.filter(NUMBER > HELD)


def _numbered(bars: pl.DataFrame) -> pl.DataFrame:
    """Each bar beside the one before it."""
    previous = [name for name in ("close", "high", "low", "index_close") if name in bars.columns]
    return (
        bars.lazy()
        .with_columns(pl.col(SERIES).set_sorted())
        .with_columns(pl.int_range(1, pl.len() + 1).over(SERIES).alias("place"))
        .with_columns(
            (pl.col("bars_before") + PLACE).alias("bar_number"),
            *[earlier(name, 1).alias(f"previous_{name}") for name in previous],
        )
        .collect()
    )


def _entered(numbered: pl.DataFrame, inputs: Sequence[Item]) -> pl.DataFrame:
    """What the levels compute from.

    Expressions see decimals here. What is summed stays exact beside its doubles: polars divides
    by a number as it multiplies by its reciprocal, which is not the same to the last bit, but its
    cast of decimals is.
    """
    exact = [
        pl.sql_expr(str(one["is"])).alias(f"{one['name']}_exact")
        for one in inputs
        if "exact" in one
    ]
    doubles = [
        pl.sql_expr(str(one["is"])).cast(pl.Float64).alias(str(one["name"])) for one in inputs
    ]
    return numbered.lazy().with_columns(*exact, *doubles).collect()


def _leveled(bars: pl.DataFrame, levels: Levels) -> pl.DataFrame:
    whole = {
        name: Whole.of(bars[name], kind.scale)
        for name, kind in bars.schema.items()
        if isinstance(kind, pl.Decimal) and name.endswith("_exact")
    }
    frame = bars.lazy().with_columns(
        one.counted.alias(f"{one.name}_whole") for one in whole.values()
    )
    has_sessions = any("session_total" in item for level in levels for item in level) and (
        _has_sessions(bars)
    )
    for level in levels:
        # What goes on from bar to bar is first laid out over all series, then run through.
        entered = [
            carried(item, whole).alias(f"{item['name']}_entered")
            for item in level
            if RUNNING & item.keys()
        ]
        frame = frame.with_columns(entered).with_columns(
            *[column(item, whole, has_sessions).alias(item["name"]) for item in level]
        )
    return frame.collect()


def _used(inputs: Sequence[Item], levels: Levels) -> list[Item]:
    """Those inputs that levels compute from."""
    named = {name for level in levels for item in level for name in named_in(item)}
    return [one for one in inputs if one["name"] in named]


def _has_sessions(bars: pl.DataFrame) -> bool:
    """Whether any session has more than one bar."""
    same = pl.all_horizontal(pl.col(name) == pl.col(name).shift(1) for name in (SERIES, "date"))
    return bool(bars.select(same.any()).item())


def bars_needed(levels: Levels) -> dict[str, int]:
    """Of each column how far before a new bar it is computed from, for itself and what follows."""
    wanted: dict[str, int] = {}
    found: dict[str, int] = {}
    for level in reversed(levels):
        for item in level:
            found[item["name"]] = bars = wanted.get(item["name"], 0) + _bars_back(item)
            for name in named_in(item):
                wanted[name] = max(wanted.get(name, 0), bars)
    return found


def reach(levels: Levels) -> int:
    """How many bars before a new one its indicators look at."""
    return AT_LEAST + max(bars_needed(levels).values(), default=0)


def _bars_back(item: Item) -> int:
    """Bars before a bar that its column is computed from; what runs on needs none of them."""
    return 0 if RUNNING & item.keys() else max(item.get("over", 1) - 1, item.get("by", 0))


def named_in(item: Item) -> set[str]:
    """The columns that an item is computed from."""
    told = (str(value) for key, value in item.items() if key not in ("name", "type"))
    return {name for text in told for name in NAME.findall(text)}


def _without_bars_before(frame: pl.LazyFrame, needed: int) -> pl.LazyFrame:
    left_out = pl.max_horizontal(pl.lit(0), HELD - needed - (NUMBER - PLACE))
    return frame.filter(HELD - needed < NUMBER).with_columns(PLACE - left_out)
