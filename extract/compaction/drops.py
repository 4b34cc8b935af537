"""The warehouse follows the record: rows that retention dropped leave the raw tables too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from extract.schemas import columns

if TYPE_CHECKING:
    from extract.landing import Landing
    from extract.manifest import ManifestLine


def state_of(landing: Landing, line: ManifestLine) -> tuple[str, str | None]:
    """How `raw.landing_files` books an accepted file: its state, and why rows of it are gone."""
    move = landing.moved.of(line.file_seq)
    if move is None or landing.held_rows(line) == line.row_count:
        return "loaded", None
    return "loaded" if landing.held_rows(line) else "dropped", move.reason


def insert(connection: duckdb.DuckDBPyConnection, landing: Landing, line: ManifestLine) -> int:
    source = landing.source(line)
    present = [
        name for (name, *_) in connection.execute(f"describe select * from {source}").fetchall()
    ]
    names = ", ".join(f'"{name}"' for name in columns(line.table_name) if name in present)
    row = connection.execute(
        f'insert into raw."{line.table_name}" ({names}) select {names} from {source}'
    ).fetchone()
    return int(row[0]) if row else 0


def follow(connection: duckdb.DuckDBPyConnection, landing: Landing) -> int:
    """Take out what was dropped since the last load, in one transaction; return how many rows.

    Marts that hold such rows are built anew from raw by the next build: their marks go with them.
    """
    lines = _behind(connection, landing)
    if not lines:
        return 0
    gone = 0
    connection.execute("begin")
    try:
        for line in lines:
            gone += _delete(connection, line)
            if landing.held_rows(line):
                gone -= insert(connection, landing, line)
            state, reason = state_of(landing, line)
            connection.execute(
                f"update raw.landing_files set state = '{state}', reason = {_text(reason)} "
                f"where file_seq = {line.file_seq}"
            )
        connection.execute("create schema if not exists intermediate")
        connection.execute(
            "create table if not exists intermediate.build_marks "
            "(model varchar, built_to_file_seq bigint, rules_hash varchar)"
        )
        connection.execute("delete from intermediate.build_marks")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return gone


def _behind(connection: duckdb.DuckDBPyConnection, landing: Landing) -> list[ManifestLine]:
    """Files whose booking is not what the record of moves says of them."""
    touched = {
        seq for move in landing.moved.moves() if move.kind == "dropped" for seq, _ in move.files
    }
    if not touched:
        return []
    booked = {
        seq: (state, reason)
        for seq, state, reason in connection.execute(
            "select file_seq, state, reason from raw.landing_files where state != 'damaged'"
        ).fetchall()
        if seq in touched
    }
    return [
        line
        for line in landing.manifest.lines()
        if line.file_seq in booked and booked[line.file_seq] != state_of(landing, line)
    ]


def _delete(connection: duckdb.DuckDBPyConnection, line: ManifestLine) -> int:
    row = connection.execute(
        f'delete from raw."{line.table_name}" where file_seq = {line.file_seq}'
    ).fetchone()
    return int(row[0]) if row else 0


def _text(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"
