"""What differs between two warehouses that hold the same raw rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from publish.trace.tree import Row, rows
from warehouse import database

BARS = {
    "daily_bars": ("instrument_id", "opened_at"),
    "intraday_bars": ("instrument_id", "interval", "opened_at"),
}
VALUES = (
    "open", "high", "low", "close", "volume", "open_raw", "high_raw", "low_raw", "close_raw",
    "volume_raw", "close_total_return", "vwap", "trade_count", "provider",
)  # fmt: skip
ROW = ("file_seq", "row_number", "table_name", "rule")
FINDINGS = "select rule, count(*) as found from data_quality_log group by rule order by rule"
EXAMPLES = 3


@dataclass
class Differences:
    """Counts with examples; false when there are none."""

    released: list[Row] = field(default_factory=list)
    set_aside: list[Row] = field(default_factory=list)
    bars: list[Row] = field(default_factory=list)
    findings: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.released, self.set_aside, self.bars, self.findings))


def compare(published: Path, tried: Path) -> Differences:
    """What readers have against what was tried out."""
    with database.connect(published, read_only=True) as old:
        before = {row["rule"]: row["found"] for row in rows(old, FINDINGS)}
    with database.connect(tried, read_only=True) as new:
        after = {row["rule"]: row["found"] for row in rows(new, FINDINGS)}
        path = str(published).replace("'", "''")
        new.execute(f"attach '{path}' as published (read_only)")
        here, there = "main.quarantined_rows", "published.main.quarantined_rows"
        return Differences(
            released=_only_in(new, there, here),
            set_aside=_only_in(new, here, there),
            bars=[row for table, key in BARS.items() for row in _bars(new, table, key)],
            findings=[
                {"rule": rule, "before": before.get(rule, 0), "after": after.get(rule, 0)}
                for rule in sorted(before.keys() | after.keys())
                if before.get(rule, 0) != after.get(rule, 0)
            ],
        )


def _only_in(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> list[Row]:
    return rows(
        connection,
        f"""
        select
            rule, table_name, count(*) as found,
            min(concat_ws(' ', symbol, interval, opened_at, detail)) as example
        from {one} anti join {other} using ({", ".join(ROW)})
        group by rule, table_name order by found desc, rule, table_name
        """,
    )


def _bars(connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...]) -> list[Row]:
    """Bars that are added, removed or changed in a value, with the newest of them."""
    moved = " or ".join(f"new.{name} is distinct from old.{name}" for name in VALUES)
    first = key[0]
    return rows(
        connection,
        f"""
        select
            '{table}' as table_name, change, count(*) as found,
            list(told order by opened_at desc, told)[:{EXAMPLES}] as examples
        from (
            select
                coalesce(new.opened_at, old.opened_at) as opened_at,
                case when old.{first} is null then 'added' when new.{first} is null then 'removed'
                    else 'changed' end as change,
                concat_ws(
                    ' ', coalesce(new.symbol, old.symbol),
                    coalesce(new.opened_at, old.opened_at)::varchar, 'close',
                    old.close::double::varchar, case when old.{first} is not null then '->' end,
                    coalesce(new.close::double::varchar, 'gone')
                ) as told
            from main.{table} as new
            full outer join published.main.{table} as old using ({", ".join(key)})
            where old.{first} is null or new.{first} is null or {moved}
        ) as compared
        group by change order by change
        """,
    )
