"""Copies relations of a DuckDB warehouse into PostgreSQL and brings results back, through COPY."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb
import psycopg2

from bench.engines.postgres_server import Postgres

# Where PostgreSQL calls a type of DuckDB's otherwise.
TYPES = {"DOUBLE": "double precision", "HUGEINT": "numeric(38, 0)"}
CSV = "(format csv, header true, null '\\N')"


def to_postgres(path: Path, server: Postgres, relations: Iterable[str]) -> None:
    """Relations by `schema.name`; views arrive as tables of the rows they have."""
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb.connect(str(path), read_only=True) as warehouse,
        psycopg2.connect(server.url) as connection,
        connection.cursor() as cursor,
    ):
        for relation in relations:
            columns = warehouse.execute(f"describe {relation}").fetchall()
            declared = ", ".join(f'"{one[0]}" {TYPES.get(one[1], one[1])}' for one in columns)
            cursor.execute(f"create schema if not exists {relation.partition('.')[0]}")
            cursor.execute(f"create table {relation} ({declared})")
            rows = Path(folder) / relation
            warehouse.execute(f"copy (select * from {relation}) to '{rows}' (header, null '\\N')")
            with rows.open(encoding="utf-8") as source:
                cursor.copy_expert(f"copy {relation} from stdin {CSV}", source)
            cursor.execute(f"analyze {relation}")


def from_postgres(server: Postgres, relation: str, path: Path) -> None:
    """As CSV; doubles with all digits that they need to come back the same."""
    with (
        psycopg2.connect(server.url) as connection,
        connection.cursor() as cursor,
        path.open("w", encoding="utf-8") as target,
    ):
        cursor.copy_expert(f"copy (select * from {relation}) to stdout {CSV}", target)
