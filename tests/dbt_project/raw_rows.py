"""A warehouse whose raw rows a test writes by hand and that real dbt builds turn into marts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import never_loaded
import pyarrow as pa
import yaml

from warehouse import dbt_runner, standing
from warehouse.folder import DataFolder
from warehouse.lock import writer

ROOT = Path(__file__).parents[2]
Row = dict[str, Any]
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


def declared_tables() -> list[dict[str, Any]]:
    """Every raw table, as the sources file of its folder declares it."""
    files = sorted((ROOT / "dbt_project/models/staging").glob("*/_sources.yml"))
    sources = [yaml.safe_load(file.read_text())["sources"][0] for file in files]
    return [table for source in sources for table in source["tables"]]


def declared_columns() -> dict[str, dict[str, str]]:
    return {
        table["name"]: {column["name"]: column["data_type"] for column in table["columns"]}
        for table in declared_tables()
    }


@dataclass
class RawRows:
    """Lands rows as numbered files, one accepted second after another."""

    data_dir: Path
    first_accepted_at: datetime = datetime(2024, 6, 3, 12, 0, 0)
    file_seq: int = 0
    request_id: int = 0
    pending: list[tuple[str, list[Row]]] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.data_dir / "warehouse.duckdb"

    def request(self, requested_at: datetime, **columns: Any) -> int:
        self.request_id += 1
        row = {
            "request_id": self.request_id,
            "requested_at": requested_at,
            "outcome": "ok",
            "endpoint": "bars",
            "run_id": 1,
            **columns,
        }
        self.land("requests", [row], requested_at, row["run_id"])
        return self.request_id

    def land(
        self, table: str, rows: list[Row], accepted_at: datetime | None = None, run_id: int = 1
    ) -> int:
        self.file_seq += 1
        numbered = [
            {"file_seq": self.file_seq, "row_number": number, **row}
            for number, row in enumerate(rows, start=1)
        ]
        manifest = {
            "file_seq": self.file_seq,
            "group_seq": self.file_seq,
            "run_id": run_id,
            "table_name": table,
            "row_count": len(rows),
            "state": "loaded",
            "accepted_at": (accepted_at or self.first_accepted_at)
            + timedelta(microseconds=self.file_seq),
        }
        self.pending.append(("landing_files", [manifest]))
        self.pending.append((table, numbered))
        return self.file_seq

    def load(self) -> None:
        columns = declared_columns()
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("create schema if not exists raw")
            for table, types in columns.items():
                declared = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
                connection.execute(f"create table if not exists raw.{table} ({declared})")
            for table, rows in self.pending:
                names = [name for name in columns[table] if any(name in row for row in rows)]
                landed = pa.table({name: [row.get(name) for row in rows] for name in names})
                connection.register("landed", landed)
                connection.execute(f"insert into raw.{table} by name select * from landed")
                connection.unregister("landed")
        self.pending.clear()

    def build(self, *arguments: str) -> None:
        """What a build does, with the project parsed once for all the tests of a session.

        Unit tests prove the project, not these rows: a plain `dbt build` runs them.
        """
        folder = DataFolder(self.data_dir)
        whole = not {"--select", "--selector", "--full-refresh"} & set(arguments)
        if whole and not self.path.exists():
            never_loaded.begin(folder)
        self.load()
        manifest = dbt_runner.manifest_of(folder, "dev")
        project = standing.fingerprint(manifest, "dev")
        stands = whole and standing.stands(folder, manifest, project)
        left_out = standing.LEFT_OUT if stands else ()
        with writer(folder.root, "test"):
            answer = dbt_runner.invoke(
                folder, "dev", ["build", *NO_UNIT_TESTS, *arguments, *left_out]
            )
        assert answer.success, [
            (result.node.name, result.message)
            for result in getattr(answer.result, "results", [])
            if str(result.status) in ("error", "fail")
        ] or answer.exception
        if whole:
            standing.mark(folder, project)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def sessions(self, calendar: str, first: date, last: date) -> list[Row]:
        """Weekday sessions from 14:30 to 21:00, or every day round the clock for 24/7."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        found: list[Row] = []
        for day in days:
            midnight = datetime(day.year, day.month, day.day)
            if calendar == "24/7":
                opens, closes = midnight, midnight + timedelta(days=1)
            elif day.weekday() < 5:
                opens = midnight + timedelta(hours=14, minutes=30)
                closes = midnight + timedelta(hours=21)
            else:
                continue
            found.append(
                {
                    "calendar": calendar,
                    "session_date": day,
                    "opens_at": opens,
                    "closes_at": closes,
                    "is_early_close": False,
                    "library_version": "4.13",
                }
            )
        return found
