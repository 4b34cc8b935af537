"""The columns of a plan over bars in memory, each the same whichever bar one begins at.

A plan comes from the macros in `dbt_project/macros/indicators`, which also render it as SQL for
engines without this kernel. What is an expression there is the same expression here; only windows
and recursive averages are done twice.

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
SERIES = "instrument_id"
PLACE = pl.col("place")
NUMBER = pl.col("bar_number")
HELD = pl.col("bars_held")
RUNNING = {"average", "running_total", "running_highest"}


def measure(bars: pl.DataFrame, levels: Sequence[Sequence[Item]]) -> pl.DataFrame:
    """Add the columns of every level to bars that are sorted by series and place.

    `bars_held` says how many bars of a series were stored before; what they left off with is in
    columns named `<name>_held`.
    """
    whole = {
        name: Whole(name, kind.scale, bool(bars[name].null_count()))
        for name, kind in bars.schema.items()
        if isinstance(kind, pl.Decimal)
    }
    # Polars divides by a number as it multiplies by its reciprocal, which is not the same to the
    # last bit; its own cast of decimals is.
    doubles = [
        pl.col(name).cast(pl.Float64).alias(name.removesuffix("_exact"))
        for name in whole
        if name.endswith("_exact")
    ]
    frame = bars.lazy().with_columns(pl.col(SERIES).set_sorted(), *doubles)
    for level in levels:
        # What goes on from bar to bar is first laid out over all series, then run through.
        entered = [
            _carried(item, whole).alias(f"{item['name']}_entered")
            for item in level
            if RUNNING & item.keys()
        ]
        frame = frame.with_columns(entered).with_columns(
            *[_column(item, whole).alias(item["name"]) for item in level]
        )
    return frame.collect()


@dataclass(frozen=True)
class Whole:
    """A column of decimals, summed as whole numbers of their smallest step: no sum is rounded."""

    name: str
    decimals: int
    has_nulls: bool

    @property
    def value(self) -> pl.Expr:
        return pl.col(self.name).to_physical()

    def total(self, over: int, value: pl.Expr | None = None) -> pl.Expr:
        """Over a window: the difference of two running totals, which is as exact as they are."""
        value = self.value if value is None else value
        if self.has_nulls:
            return value.rolling_sum(over, min_samples=over)
        running = value.cum_sum()
        return running - running.shift(over, fill_value=0)

    def above_total(self, over: int, back: int = 0) -> pl.Expr:
        """So many times a value of the window, less the sum of all of them."""
        return over * self.value.shift(back) - self.total(over)

    def float(self, whole: pl.Expr) -> pl.Expr:
        return whole.cast(pl.Float64) / float(10**self.decimals)


def _column(item: Item, whole: Mapping[str, Whole]) -> pl.Expr:
    over: int = item.get("over", 1)
    match dict(item):
        case {"is": expression}:
            return pl.sql_expr(str(expression))
        case {"mean": value}:
            return _total(whole, value, over) / over
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
            return pl.col(value).cum_sum().over(SERIES, "date")
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
        return _full(exact.float(exact.total(over)), over)
    return _added([_back(value, back) for back in range(over)])


def _deviation(exact: Whole, over: int, of_sample: bool) -> pl.Expr:
    total, squares = exact.total(over), exact.total(over, exact.value * exact.value)
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
