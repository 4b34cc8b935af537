"""`make truth`: every indicator against TA-Lib or a plain loop; the worst error of each column.

The real models are built over random series. Errors are relative; of what swings around zero, to
a thousandth of its scale: of the close for differences of averages, of 100 for oscillators.
What the kernel computed is also held against the SQL that other engines run.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from bench.indicators import histories, reference
from bench.indicators.histories import History, Numbers
from bench.indicators.scratch import INDEX, SHOWN, Scratch

TOLERANCE = 1e-9
ENGINES_TOLERANCE = 1e-12
# Two libraries may round the twelfth decimal of a logarithm either way.
OF_LOGARITHMS = ("log_return", "volatility_20", "correlation_60", "beta_60")
TRADINGVIEW = "{indicator_convention: tradingview}"
CONSOLE = Console(highlight=False, soft_wrap=True)
# What swings around zero, and how large it is usually.
SCALES = {
    **dict.fromkeys(("macd_line", "macd_signal", "macd_histogram"), math.nan),
    **dict.fromkeys(("stoch_k", "stoch_d", "williams_r_14", "mfi_14", "roc_20", "cci_20"), 100.0),
    **dict.fromkeys(("plus_di_14", "minus_di_14", "adx_14", "rsi_14"), 100.0),
    **dict.fromkeys(("bb_position", "bb_width", "drawdown"), 1.0),
    # Logarithms are rounded to twelve decimals, of which the last may fall either way.
    **dict.fromkeys(("log_return", "correlation_60", "beta_60"), 10.0),
}


class Errors:
    """The worst of each column, and the series that do not begin where they have to."""

    def __init__(self, scales: Mapping[str, float] = SCALES, share: float = 1e-3) -> None:
        self.scales = scales
        self.share = share
        self.worst: dict[str, float] = {}
        self.elsewhere: list[str] = []
        self.values = 0

    def hold(self, column: str, found: Numbers, wanted: Numbers, one: History) -> None:
        self.worst.setdefault(column, 0.0)
        shown = ~np.isnan(wanted)
        if not np.array_equal(np.isnan(found), ~shown):
            at = int(np.flatnonzero(np.isnan(found) == shown)[0])
            self.elsewhere.append(f"{column} of a series that is {one.kind}, bar {at + 1}")
            shown &= ~np.isnan(found)
        apart = np.abs(found - wanted)[shown]
        scale = self.scales.get(column, 0.0)
        least = self.share * (np.abs(one.close[shown]) if math.isnan(scale) else scale)
        size = np.maximum(np.abs(wanted[shown]), least)
        error = np.divide(apart, size, out=np.zeros_like(apart), where=apart > 0)
        self.values += len(error)
        self.worst[column] = max(self.worst[column], float(error.max(initial=0.0)))


def by_columns(scratch: Scratch, found: Mapping[int, History], tradingview: bool) -> Errors:
    errors = Errors()
    table = scratch.table(f"select * from {SHOWN} order by instrument_id, date")
    for (number,), rows in table.group_by("instrument_id", maintain_order=True):
        one = found[int(str(number))]
        wanted = (
            reference.by_tradingview(one)
            if tradingview
            else reference.by_talib(one) | reference.by_loops(one, found[1])
        )
        for column, values in wanted.items():
            shown = rows[column].cast(pl.Float64).fill_null(math.nan).to_numpy()
            errors.hold(column, shown, values, one)
    return errors


def by_sql(scratch: Scratch) -> Errors:
    """Column by column: the kernel's table and that of the SQL, row by row in one join."""
    sql = scratch.sql()
    errors = Errors()
    with duckdb.connect(str(scratch.path)) as connection:
        connection.execute(f"create temp table other as {sql}")
        names = [
            row[0]
            for row in connection.execute("describe other").fetchall()
            if "date" not in row[0]
        ][2:]
        for name in names:
            least = 1e-2 if name in OF_LOGARITHMS else 1e-3
            worst, elsewhere, values = connection.execute(
                f"""
                select
                    coalesce(max(abs(kernel.{name}::double - other.{name}::double) / greatest(
                        abs(kernel.{name}::double), 1e-3 * abs(kernel.close::double), {least}
                    )), 0),
                    count(*) filter ((kernel.{name} is null) <> (other.{name} is null)),
                    count(kernel.{name})
                from intermediate.int_daily_bars_measured as kernel
                full outer join other using (instrument_id, date)
                """
            ).fetchall()[0]
            errors.worst[name] = worst
            errors.values += values
            errors.elsewhere += [name] * min(elsewhere, 1)
    return errors


def show(title: str, errors: Errors) -> None:
    table = Table("column", "worst error", title=title, title_justify="left")
    for column, worst in errors.worst.items():
        table.add_row(column, f"{worst:.1e}")
    CONSOLE.print(table)
    for told in errors.elsewhere[:10]:
        CONSOLE.print(f"begins elsewhere: {told}")


def measure(root: Path, seed: int, count: int) -> tuple[str, bool]:
    found = histories.histories(seed, count)
    scratch = Scratch(root)
    scratch.replace_bars(
        histories.bars(found), {number: INDEX if number == 1 else f"S{number}" for number in found}
    )
    scratch.run(1)
    ours = by_columns(scratch, found, tradingview=False)
    show("against TA-Lib, or a plain loop", ours)
    others = by_sql(scratch)
    show("the kernel against the SQL of other engines", others)
    scratch.run(1, "--vars", TRADINGVIEW)
    tradingview = by_columns(scratch, found, tradingview=True)
    show("the convention tradingview, against a plain loop", tradingview)
    worst = max([*ours.worst.values(), *tradingview.worst.values()])
    elsewhere = len(ours.elsewhere) + len(tradingview.elsewhere) + len(others.elsewhere)
    apart = max(error for name, error in others.worst.items() if name not in OF_LOGARITHMS)
    of_logarithms = max(others.worst[name] for name in OF_LOGARITHMS)
    passed = worst <= TOLERANCE and of_logarithms <= TOLERANCE and apart <= ENGINES_TOLERANCE
    passed = passed and not elsewhere
    return (
        f"truth: {'ok' if passed else 'FALLS SHORT'}: {len(found):,} series,"
        f" {ours.values + tradingview.values:,} values in {len(ours.worst)} columns:"
        f" worst error {worst:.1e} (limit {TOLERANCE:.0e}), {elsewhere} begin elsewhere;"
        f" kernel and SQL {apart:.1e} apart (limit {ENGINES_TOLERANCE:.0e}),"
        f" {of_logarithms:.1e} where logarithms are rounded"
    ), passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        line, passed = measure(Path(root), asked.seed, asked.series)
    CONSOLE.print(line)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
