"""Loading: accepted files become rows of their raw tables in one transaction, exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from extract import migrations
from extract.compaction import drops
from extract.landing import Landing
from extract.manifest import ManifestLine
from extract.schemas import columns, create_statement, declared
from warehouse import database
from warehouse.folder import DataFolder


@dataclass
class Loaded:
    """What one load did."""

    files: int = 0
    rows: int = 0
    damaged: list[tuple[str, str]] = field(default_factory=list)


def load(
    folder: DataFolder, landing: Landing, on_file: Callable[[ManifestLine], None] | None = None
) -> Loaded:
    """Take what landing accepted since the last load; the caller holds the writer's lock."""
    done = Loaded()
    with database.connect(folder.warehouse) as connection:
        prepare(connection)
        drops.follow(connection, landing)
        for group in landing.manifest.groups(after=last_loaded(connection)):
            _load_group(connection, landing, group, done)
            if on_file:
                for line in group:
                    on_file(line)
        connection.execute("checkpoint")
    return done


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the raw tables, or bring those of an older release up to this one."""
    migrations.migrate(connection)
    for table in declared():
        connection.execute(create_statement(table))
        held = {
            name
            for (name,) in connection.execute(
                "select column_name from information_schema.columns "
                "where table_schema = 'raw' and table_name = ?",
                [table],
            ).fetchall()
        }
        for name, kind in columns(table).items():
            if name not in held:
                connection.execute(f'alter table raw."{table}" add column "{name}" {kind}')


def last_loaded(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select coalesce(max(file_seq), 0) from raw.landing_files").fetchone()
    return int(row[0]) if row else 0


def _load_group(
    connection: duckdb.DuckDBPyConnection, landing: Landing, group: list[ManifestLine], done: Loaded
) -> None:
    """Files that were accepted together become rows together, so no build sees half an answer."""
    damaged = {line.file_seq: reason for line in group if (reason := landing.damage(line))}
    while True:
        connection.execute("begin")
        wrong = _try_group(connection, landing, group, damaged)
        if wrong is None:
            connection.execute("commit")
            break
        connection.execute("rollback")
        damaged |= wrong
    for line in group:
        if line.file_seq in damaged:
            done.damaged.append((line.path, damaged[line.file_seq]))
        else:
            done.files += 1
            done.rows += landing.held_rows(line)


def _try_group(
    connection: duckdb.DuckDBPyConnection,
    landing: Landing,
    group: list[ManifestLine],
    damaged: dict[int, str],
) -> dict[int, str] | None:
    """Load all files but the damaged ones; return the one that turns out to be damaged too."""
    for line in group:
        if line.file_seq in damaged:
            _book(connection, line, "damaged", damaged[line.file_seq])
            continue
        try:
            rows = drops.insert(connection, landing, line)
        except (duckdb.InvalidInputException, duckdb.ConversionException) as error:
            return {line.file_seq: str(error).splitlines()[0]}
        if rows != landing.held_rows(line):
            return {line.file_seq: f"it holds {rows} rows, {line.row_count} were accepted"}
        _book(connection, line, *drops.state_of(landing, line))
    return None


def _book(
    connection: duckdb.DuckDBPyConnection, line: ManifestLine, state: str, reason: str | None
) -> None:
    values: dict[str, str | int | datetime | None] = {
        "file_seq": line.file_seq,
        "group_seq": line.group_seq,
        "run_id": line.run_id,
        "table_name": line.table_name,
        "path": line.path,
        "format": line.format,
        "row_count": line.row_count,
        "byte_count": line.byte_count,
        "sha256": line.sha256,
        "accepted_at": line.accepted_at,
        "schema_version": line.schema_version,
        "state": state,
        "reason": reason,
    }
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(
        f"insert into raw.landing_files ({names}) values ({marks})", list(values.values())
    )
