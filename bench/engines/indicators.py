"""Builds indicators on DuckDB and on another engine, and holds the two together."""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from bench.engines import copies
from bench.engines.postgres_server import Postgres
from bench.indicators import histories
from bench.indicators.histories import History
from bench.indicators.scratch import INDEX, MEASURED, SHOWN, Scratch
from bench.indicators.truth import (
    ENGINES_TOLERANCE,
    OF_LOGARITHMS,
    SCALES,
    TOLERANCE,
    Errors,
)
from warehouse.settings import export_for_children

KEY = ("instrument_id", "date")
# A return is a quotient of prices less one, and has the digits of the quotient. A limit of 1e-12 of
# a thousandth would ask two averages for the very same bits: it is of a hundredth.
ENGINES_SCALES = {**SCALES, "simple_return": 1.0}
ENGINES_SHARE = 1e-2


@dataclass
class Held:
    """How far two tables of indicators are apart, and what makes them no match at all."""

    errors: Errors = field(default_factory=lambda: Errors(ENGINES_SCALES, ENGINES_SHARE))
    series: int = 0
    broken: list[str] = field(default_factory=list)

    @property
    def apart(self) -> float:
        return max(
            (error for name, error in self.errors.worst.items() if name not in OF_LOGARITHMS),
            default=math.inf,
        )

    @property
    def of_logarithms(self) -> float:
        return max((self.errors.worst.get(name, 0.0) for name in OF_LOGARITHMS), default=math.inf)

    @property
    def passed(self) -> bool:
        return (
            not self.broken
            and not self.errors.elsewhere
            and self.apart <= ENGINES_TOLERANCE
            and self.of_logarithms <= TOLERANCE
        )


def on_duckdb(root: Path, seed: int, count: int, longest: int) -> Scratch:
    """Series of every kind, and what the kernel makes of them."""
    found = histories.histories(seed, count, longest)
    scratch = Scratch(root)
    scratch.replace_bars(
        histories.bars(found), {number: INDEX if number == 1 else f"S{number}" for number in found}
    )
    scratch.run(1)
    return scratch


def on_postgres(scratch: Scratch, server: Postgres) -> None:
    """What the two models rest on is copied; they and their tests are built there by dbt."""
    export_for_children(**server.environment)
    asked = ("--select", f"1+{MEASURED}", f"1+{SHOWN}", "--exclude", MEASURED, SHOWN)
    shape = ("--resource-type", "model", "seed", "--output", "json")
    listed = scratch.dbt(
        "ls", *asked, *shape, "--output-keys", "schema", "alias", target="postgres"
    )
    relations = ["{schema}.{alias}".format(**json.loads(one)) for one in listed.result]
    copies.to_postgres(scratch.path, server, relations)
    built = ("--select", MEASURED, SHOWN, "--exclude-resource-type", "unit_test")
    scratch.dbt("build", *built, target="postgres")


def held_together(scratch: Scratch, server: Postgres) -> Held:
    """Row by row and column by column: the same keys, the same nulls, and how far values differ."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        rows = Path(folder) / "rows.csv"
        copies.from_postgres(server, f"main.{SHOWN}", rows)
        described = scratch.table(f"describe {SHOWN}")
        types = dict(described.select("column_name", "column_type").iter_rows())
        theirs = connection.execute(
            f"select * from read_csv('{rows}', header = true, nullstr = '\\N', columns = {types})"
            f" order by {', '.join(KEY)}"
        ).pl()
    ours = scratch.table(f"select * from {SHOWN} order by {', '.join(KEY)}")
    return compare(ours, theirs)


def compare(ours: pl.DataFrame, theirs: pl.DataFrame) -> Held:
    """Tables sorted by their key; text, times and truth have to be the same."""
    held = Held()
    if ours.columns != theirs.columns:
        held.broken.append("the columns are others")
        return held
    numbers = [
        name
        for name, kind in ours.schema.items()
        if name not in KEY and (kind == pl.Float64 or isinstance(kind, pl.Decimal))
    ]
    others = [name for name in ours.columns if name not in numbers]
    if ours.is_empty() or not ours.select(others).equals(theirs.select(others)):
        held.broken.append("the rows are others")
        return held
    # A place within a band lacks the digits by which the band is narrower than the price: it is
    # held as the distance that it stands for.
    distance = (pl.col("bb_position") * pl.col("bb_width")).alias("bb_position")
    floats = [
        (distance if name == "bb_position" else pl.col(name)).cast(pl.Float64).fill_null(math.nan)
        for name in numbers
    ]
    by_series = ours.with_columns(floats).partition_by(KEY[0], maintain_order=True)
    start = 0
    for one in by_series:
        other = theirs.slice(start, len(one)).with_columns(floats)
        start += len(one)
        close = one["close"].to_numpy()
        number = one[KEY[0]][0]
        history = History(f"number {number}", [], close, close, close, close, np.zeros_like(close))
        for name in numbers:
            held.errors.hold(name, other[name].to_numpy(), one[name].to_numpy(), history)
    held.series = len(by_series)
    return held
