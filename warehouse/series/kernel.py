"""The columns of a plan over bars in memory, each the same whichever bar one begins at.

A plan comes from the macros in `dbt_project/macros/indicators`, which also render it as SQL for
engines without this kernel. What is an expression there is the same expression here; only windows
and recursive averages are done twice.

Bits must not depend on where a series was begun to be read. Sums of decimals are exact; sums of
doubles are added up in the order of their bars, window by window; recursive averages go on from
the value that was stored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

Item = Mapping[str, Any]
SERIES = "instrument_id"
PLACE = pl.col("place")
NUMBER = pl.col("bar_number")
HELD = pl.col("bars_held")
# What looks further back than this is done before the rest where only new bars are asked for.
FAR = 20
NAME = re.compile(r"[a-z_]\w*")
RUNNING = {"average", "running_total", "running_highest"}


def enter(bars: pl.DataFrame, columns: Sequence[Item]) -> pl.DataFrame:
    """Number bars, sorted by series and time, and make of them what the levels compute from.

    Expressions see decimals here, and each bar beside the one before it. What is summed stays
    exact beside its doubles: polars divides by a number as it multiplies by its reciprocal, which
    is not the same to the last bit, but its cast of decimals is.
    """
    previous = [name for name in ("close", "high", "low", "index_close") if name in bars.columns]
    numbered = (
        bars.lazy()
        .with_columns(pl.col(SERIES).set_sorted())
        .with_columns(pl.int_range(1, pl.len() + 1).over(SERIES).alias("place"))
        .with_columns(
            (pl.col("bars_before") + PLACE).alias("bar_number"),
            *[_back(name, 1).alias(f"previous_{name}") for name in previous],
        )
    )
    exact = [
        pl.sql_expr(str(one["is"])).alias(f"{one['name']}_exact")
        for one in columns
        if "exact" in one
    ]
    doubles = [
        pl.sql_expr(str(one["is"])).cast(pl.Float64).alias(str(one["name"])) for one in columns
    ]
    return numbered.with_columns(*exact, *doubles).collect()


def measure(
    bars: pl.DataFrame, levels: Sequence[Sequence[Item]], only_new: bool = False
) -> pl.DataFrame:
    """Add the columns of every level to bars that were entered.

    `bars_held` says how many bars of a series were stored before; what they left off with is in
    columns named `<name>_held`. When only the new ones are asked for, bars before them are left
    out as soon as no window needs them any more.
    """
    whole = {
        name: Whole.of(bars[name], kind.scale)
        for name, kind in bars.schema.items()
        if isinstance(kind, pl.Decimal) and name.endswith("_exact")
    }
    frame = bars.lazy().with_columns(
        one.counted.alias(f"{one.name}_whole") for one in whole.values()
    )
    steps = _far_first(levels) if only_new else levels
    for number, step in enumerate(steps):
        # What goes on from bar to bar is first laid out over all series, then run through.
        entered = [
            _carried(item, whole).alias(f"{item['name']}_entered")
            for item in step
            if RUNNING & item.keys()
        ]
        frame = frame.with_columns(entered).with_columns(
            *[_column(item, whole).alias(item["name"]) for item in step]
        )
        if only_new:
            frame = _without_bars_before(frame, reach(steps[number + 1 :]))
    return frame.filter(NUMBER > HELD).collect() if only_new else frame.collect()


def _far_first(levels: Sequence[Sequence[Item]]) -> list[list[Item]]:
    """The same in another order: what needs bars far back comes first, and those bars go after it.

    A sum since the session's open needs all of the session, however long that is.
    """
    wanted: dict[str, int] = {}
    far: list[list[Item]] = []
    near: list[list[Item]] = []
    for level in reversed(levels):
        far.insert(0, [])
        near.insert(0, [])
        for item in level:
            bars = wanted.get(item["name"], 0) + _bars_back(item)
            for name in _named_in(item):
                wanted[name] = max(wanted.get(name, 0), bars)
            (far if bars > FAR or "session_total" in item else near)[0].append(item)
    return [step for step in (*far, *near) if step]


def _bars_back(item: Item) -> int:
    """Bars before a bar that its column is computed from; what runs on needs none of them."""
    return 0 if RUNNING & item.keys() else max(item.get("over", 1) - 1, item.get("by", 0))


def _named_in(item: Item) -> set[str]:
    told = (str(value) for key, value in item.items() if key not in ("name", "type"))
    return {name for text in told for name in NAME.findall(text)}


def _without_bars_before(frame: pl.LazyFrame, needed: int) -> pl.LazyFrame:
    left_out = pl.max_horizontal(pl.lit(0), HELD - needed - (NUMBER - PLACE))
    return frame.filter(HELD - needed < NUMBER).with_columns(PLACE - left_out)


def reach(levels: Sequence[Sequence[Item]]) -> int:
    """How many bars before a bar its indicators look at: level upon level."""
    widest = [
        max(
            (max(item.get("over", 0), item.get("by", 0)) for item in level if "start" not in item),
            default=0,
        )
        for level in levels
    ]
    return 2 + sum(widest)


@dataclass(frozen=True)
class Whole:
    """A column of decimals, summed as whole numbers of their smallest step: no sum is rounded."""

    name: str
    decimals: int
    has_nulls: bool
    is_small: bool

    @classmethod
    def of(cls, column: pl.Series, decimals: int) -> Whole:
        largest = column.to_physical().abs().max() or 0
        assert isinstance(largest, int)
        # Running totals of all rows, and a hundred times a hundred in a window.
        is_small = largest * max(len(column), 100 * 100) < 2**62
        return cls(column.name, decimals, bool(column.null_count()), is_small)

    @property
    def counted(self) -> pl.Expr:
        """In half the width where that is enough for any sum: to the same end, but faster."""
        steps = pl.col(self.name).to_physical()
        return steps.cast(pl.Int64) if self.is_small else steps

    @property
    def value(self) -> pl.Expr:
        return pl.col(f"{self.name}_whole")

    def times(self, other: Whole) -> pl.Expr:
        return self.value.cast(pl.Int128) * other.value.cast(pl.Int128)

    def above_total(self, over: int, back: int = 0) -> pl.Expr:
        """So many times a value of the window, less the sum of all of them."""
        return over * self.value.shift(back) - _window_total(self.value, over, self.has_nulls)

    def float(self, whole: pl.Expr) -> pl.Expr:
        return whole.cast(pl.Float64) / float(10**self.decimals)


def _window_total(steps: pl.Expr, over: int, has_nulls: bool) -> pl.Expr:
    """The difference of two running totals of whole numbers, which is as exact as they are."""
    if has_nulls:
        return steps.rolling_sum(over, min_samples=over)
    running = steps.cum_sum()
    return running - running.shift(over, fill_value=0)


def _column(item: Item, whole: Mapping[str, Whole]) -> pl.Expr:
    over: int = item.get("over", 1)
    match dict(item):
        case {"is": expression}:
            return pl.sql_expr(str(expression))
        case {"mean": value}:
            return _total(whole, value, over) / over
        case {"total": value, "times": other}:
            one, two = whole[f"{value}_exact"], whole[f"{other}_exact"]
            total = _window_total(one.times(two), over, one.has_nulls or two.has_nulls)
            return _full(total.cast(pl.Float64) / float(10 ** (one.decimals + two.decimals)), over)
        case {"total": value}:
            return _total(whole, value, over)
        case {"deviation": value}:
            return _deviation(whole[f"{value}_exact"], over, bool(item.get("of_sample")))
        case {"above_mean": value}:
            exact = whole[f"{value}_exact"]
            return _full(exact.float(exact.above_total(over)), over) / over
        case {"distance": value}:
            exact = whole[f"{value}_exact"]
            apart = _added([exact.above_total(over, back).abs() for back in range(over)])
            return _full(exact.float(apart), over) / (over * over)
        case {"highest": value}:
            return _full(pl.col(value).rolling_max(over, min_samples=over), over)
        case {"lowest": value}:
            return _full(pl.col(value).rolling_min(over, min_samples=over), over)
        case {"earlier": value, "by": by}:
            return _back(value, by)
        case {"running_total": _, "name": name}:
            return pl.col(f"{name}_entered").cum_sum().over(SERIES)
        case {"running_highest": _, "name": name}:
            return pl.col(f"{name}_entered").cum_max().over(SERIES)
        case {"session_total": value}:
            return pl.col(value).cum_sum().over(pl.struct(SERIES, "date").rle_id())
        case {"average": _, "name": name, "alpha": alpha}:
            values = pl.col(f"{name}_entered")
            return values.ewm_mean(alpha=alpha, adjust=False, ignore_nulls=True).over(SERIES)
    raise ValueError(f"no way is known to compute {dict(item)}")


def _carried(item: Item, whole: Mapping[str, Whole]) -> pl.Expr:
    """The values that go on from bar to bar; what was stored takes the place of all before it."""
    start = item.get("start", 1)
    match dict(item):
        case {"running_total": value}:
            values = pl.col(f"{value}_exact")
        case {"running_highest": value}:
            values = pl.col(value)
        case {"average": value, "over": 1}:
            values = pl.col(value)
        case {"average": value, "over": over, "divisor": divisor}:
            seed = _total(whole, value, over) / divisor
            values = pl.when(start == NUMBER).then(seed).otherwise(pl.col(value))
    return (
        pl.when((NUMBER > HELD) & (start <= NUMBER))
        .then(values)
        .when((NUMBER == HELD) & (start <= NUMBER))
        .then(pl.col(f"{item['name']}_held"))
    )


def _total(whole: Mapping[str, Whole], value: str, over: int) -> pl.Expr:
    exact = whole.get(f"{value}_exact")
    if exact:
        return _full(exact.float(_window_total(exact.value, over, exact.has_nulls)), over)
    return _added([_back(value, back) for back in range(over)])


def _deviation(exact: Whole, over: int, of_sample: bool) -> pl.Expr:
    total = _window_total(exact.value.cast(pl.Int128), over, exact.has_nulls)
    squares = _window_total(exact.times(exact), over, exact.has_nulls)
    divisor = over * (over - 1) if of_sample else over * over
    spread = (over * squares - total * total).cast(pl.Float64) / divisor
    return _full(spread.sqrt() / float(10**exact.decimals), over)


def _back(value: str, by: int) -> pl.Expr:
    """The value so many bars before, within the series."""
    return pl.when(by < PLACE).then(pl.col(value).shift(by)) if by else pl.col(value)


def _full(expression: pl.Expr, over: int) -> pl.Expr:
    """Null where the window would reach into the series before."""
    return pl.when(over <= PLACE).then(expression)


def _added(terms: list[pl.Expr]) -> pl.Expr:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
