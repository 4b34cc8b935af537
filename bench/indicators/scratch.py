"""A warehouse of made-up bars, on which the real dbt project builds the indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import polars as pl

from warehouse import clock, dbt_runner
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.lock import writer
from warehouse.series import store
from warehouse.series.plan import Plan

INDEX = "SPX"


@dataclass(frozen=True)
class Models:
    """Where the bars of an interval lie, and what is built on them."""

    bars: str
    marks: tuple[str, ...]
    measured: str
    shown: str

    @property
    def table(self) -> str:
        return f"intermediate.{self.measured}"


DAILY = Models("daily_bars", ("daily_bars",), "int_daily_bars_measured", "technical_indicators")
INTRADAY = Models(
    "intraday_bars",
    ("int_intraday_bars_chosen", "int_bars_resampled"),
    "int_intraday_bars_measured",
    "technical_indicators_intraday",
)
MEASURED, SHOWN = DAILY.measured, DAILY.shown


@contextmanager
def _seconds_of_store() -> Iterator[list[float]]:
    spent: list[float] = []

    def timed(work: Callable[[Any, Plan], None]) -> Callable[[Any, Plan], None]:
        def run(connection: Any, plan: Plan) -> None:
            started = clock.monotonic()
            work(connection, plan)
            spent.append(clock.monotonic() - started)

        return run

    with mock.patch.multiple(store, rebuild=timed(store.rebuild), update=timed(store.update)):
        yield spent


class Scratch:
    """Bars are put in by hand, each with the sequence number that made it known."""

    def __init__(self, root: Path, anew: bool = True, models: Models = DAILY) -> None:
        self.folder = DataFolder(root)
        self.path = root / "warehouse.duckdb"
        self.models = models
        if not anew:
            return
        self.dbt(
            "build", "--select", f"+{models.shown}", "--exclude-resource-type", "test", "unit_test"
        )
        with duckdb.connect(str(self.path)) as connection:
            if models is INTRADAY:
                connection.execute(f"create table given_bars as from {models.bars} limit 0")
                connection.execute(f"drop view {models.bars}")
                connection.execute(f"alter table given_bars rename to {models.bars}")
            connection.execute("drop view intermediate.int_actions_chosen")
            connection.execute(
                "create table intermediate.int_actions_chosen"
                " (instrument_id bigint, known_seq bigint, action varchar)"
            )

    def replace_bars(self, bars: pl.DataFrame, symbols: dict[int, str]) -> None:
        """Bars: instrument_id, session_date, opened_at, open, high, low, close, volume, is_partial,
        known_seq, and of intraday ones their interval."""
        with duckdb.connect(str(self.path)) as connection:
            connection.register("given", bars)
            connection.register(
                "named",
                pl.DataFrame(
                    {"instrument_id": list(symbols), "symbol": list(symbols.values())},
                    schema={"instrument_id": pl.Int64, "symbol": pl.String},
                ),
            )
            connection.execute(f"delete from {self.models.bars}")
            connection.execute("delete from instruments")
            connection.execute(
                "insert into instruments by name"
                " select *, 'stock' as asset_class, 'XNYS' as calendar from named"
            )
            connection.execute(
                f"insert into {self.models.bars} by name"
                " select given.*, named.symbol, close as close_raw"
                " from given inner join named using (instrument_id) order by opened_at"
            )

    def replace_splits(self, splits: pl.DataFrame) -> None:
        """Splits: instrument_id, known_seq. They stand for the chosen actions."""
        with duckdb.connect(str(self.path)) as connection:
            connection.register("given", splits)
            connection.execute("delete from intermediate.int_actions_chosen")
            connection.execute(
                "insert into intermediate.int_actions_chosen by name"
                " select *, 'split' as action from given"
            )

    def run(self, built_to: int, *arguments: str) -> float:
        """Build the indicators as after a build of bars up to a sequence number.

        The seconds are those of what is read, computed and written; dbt's own are left out.
        """
        with duckdb.connect(str(self.path)) as connection:
            connection.execute(
                "update intermediate.build_marks set built_to_file_seq = ?"
                " where list_contains(?, model)",
                [built_to, list(self.models.marks)],
            )
        with _seconds_of_store() as spent:
            self.dbt("run", "--select", self.models.measured, self.models.shown, *arguments)
        return sum(spent)

    def sql(self, *arguments: str) -> str:
        """What other engines run."""
        name = self.models.measured
        answer = self.dbt("compile", "--select", name, *arguments)
        (node,) = [one.node for one in answer.result if one.node.name == name]
        return str(node.compiled_code)

    def table(self, query: str) -> pl.DataFrame:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(query).pl()

    def dbt(self, *arguments: str, target: str = "dev") -> Any:
        """Run one command of dbt; return dbt's own result."""
        self.folder.prepare()
        with writer(self.folder.root, "bench"):
            answer = dbt_runner.invoke(self.folder, target, list(arguments))
        if not answer.success:
            results = getattr(answer.result, "results", None) or []
            told = [one.message for one in results if str(one.status) in ("error", "fail")]
            raise TapehouseError(f"dbt {arguments[0]}: {told or answer.exception}", "mend it")
        return answer
