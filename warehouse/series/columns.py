"""One column of a plan over bars in memory: its window, its average or its expression.

Bits must not depend on where a series was begun to be read. Sums of decimals are exact; sums of
doubles are added up in the order of their bars, window by window; recursive averages go on from
the value that was stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

Item = Mapping[str, Any]
Levels = Sequence[Sequence[Item]]
SERIES = "instrument_id"
PLACE = pl.col("place")
NUMBER = pl.col("bar_number")
HELD = pl.col("bars_held")
RUNNING = {"average", "running_total", "running_highest"}


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


def column(item: Item, whole: Mapping[str, Whole], has_sessions: bool) -> pl.Expr:
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
            return earlier(value, by)
        case {"running_total": _, "name": name}:
            return pl.col(f"{name}_entered").cum_sum().over(SERIES)
        case {"running_highest": _, "name": name}:
            return pl.col(f"{name}_entered").cum_max().over(SERIES)
        case {"session_total": value} if not has_sessions:
            # A group of its own for each bar would take half the time of all there is to do.
            return pl.col(value)
        case {"session_total": value}:
            return pl.col(value).cum_sum().over(pl.struct(SERIES, "date").rle_id())
        case {"average": _, "name": name, "alpha": alpha}:
            values = pl.col(f"{name}_entered")
            return values.ewm_mean(alpha=alpha, adjust=False, ignore_nulls=True).over(SERIES)
    raise ValueError(f"no way is known to compute {dict(item)}")


def carried(item: Item, whole: Mapping[str, Whole]) -> pl.Expr:
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
    return _added([earlier(value, back) for back in range(over)])


def _deviation(exact: Whole, over: int, of_sample: bool) -> pl.Expr:
    total = _window_total(exact.value.cast(pl.Int128), over, exact.has_nulls)
    squares = _window_total(exact.times(exact), over, exact.has_nulls)
    divisor = over * (over - 1) if of_sample else over * over
    spread = (over * squares - total * total).cast(pl.Float64) / divisor
    return _full(spread.sqrt() / float(10**exact.decimals), over)


def earlier(value: str, by: int) -> pl.Expr:
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
