"""Loads bars from files that a person drops into the inbox: CSV, Parquet or JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from dlt.extract import DltSource

from extract.context import FetchContext
from extract.file_drop import cells
from extract.file_drop.inbox import archive, content, set_aside, waiting_files
from extract.file_drop.reading import lines, symbol_cells, unreadable
from extract.file_drop.settings import BATCH_ROWS, PROVIDER
from extract.http import PoliteEdge, Reply, Unit
from extract.outcomes import FetchFailed, Outcome
from extract.resources import typed_source
from extract.schemas import arrow_schema
from extract.work import WorkItem
from warehouse import clock

__all__ = ["accepted", "archive", "content", "set_aside", "source", "symbols_in", "waiting_files"]

TABLE = "file_drop_bars"


def source(items: Sequence[WorkItem], context: FetchContext) -> DltSource:
    """One work item a file, named by `symbols[0]`; an unreadable file is set aside at once."""
    edge = PoliteEdge.of(PROVIDER, context, _accept)
    inbox = context.folder / "inbox"

    def tables() -> Iterator[pa.Table]:
        for item in items:
            path = inbox / Path(item.symbol).name
            if item.reason == "landed already":
                context.kept[path.name] = _state(path)
                continue
            known = len(context.failures)
            found: list[pa.Table] = []
            with edge.unit(item) as unit:
                found = _bars(unit, path, context)
            if found:
                yield pa.concat_tables(found)
            for failure in context.failures[known:]:
                if failure.outcome is Outcome.MALFORMED and path.exists():
                    set_aside(path, failure.detail)

    return typed_source(PROVIDER, {TABLE: tables()})


def symbols_in(path: Path) -> list[str]:
    """The symbols a file speaks of, without looking at its prices; none if it cannot be read."""
    found = set()
    try:
        for cell in symbol_cells(path.name, path.read_bytes()):
            try:
                found.add(cells.symbol(cell))
            except ValueError:
                continue
    except (OSError, FetchFailed):
        return []
    return sorted(found)


def _accept(reply: Reply) -> None:
    """A file that could be read is an answer."""


def accepted(items: Sequence[WorkItem], context: FetchContext) -> None:
    """Archive what is landed now; a file that was written anew meanwhile waits for the next run."""
    for item in items:
        path = context.folder / "inbox" / Path(item.symbol).name
        if path.exists() and context.kept.get(path.name) == _state(path):
            archive(path, context.run_id)


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _bars(unit: Unit, path: Path, context: FetchContext) -> list[pa.Table]:
    reply = unit.edge.send("GET", f"inbox/{path.name}", lambda _, cap: _whole(path, cap))
    context.kept[path.name] = reply.native
    now = clock.now()
    schema = arrow_schema(TABLE, landed=False)
    rows: list[dict[str, Any]] = []
    tables: list[pa.Table] = []
    received = 0
    for line in lines(path.name, reply.body):
        received += 1
        try:
            if line.problem is not None:
                raise ValueError(line.problem)
            row = cells.typed(line.cells, now)
        except ValueError as error:
            context.rejected.add(
                unit.request_id,
                PROVIDER,
                TABLE,
                line.text,
                f"{path.name}, line {line.number}: {error}",
            )
            continue
        rows.append(
            {
                "request_id": unit.request_id,
                "file_name": path.name,
                "line_number": line.number,
                **row,
            }
        )
        if len(rows) >= BATCH_ROWS:
            tables.append(pa.Table.from_pylist(rows, schema=schema))
            rows = []
    if rows:
        tables.append(pa.Table.from_pylist(rows, schema=schema))
    digest = hashlib.sha256(reply.body).hexdigest()
    unit.answered(received, detail=f"sha256:{digest}")
    return tables


def _whole(path: Path, cap: int) -> Reply:
    """Read once, and only a file that nobody is still writing to."""
    try:
        before = _state(path)
        if before[0] > cap:
            raise unreadable(f"larger than the {cap} bytes that max_body_mb allows; cut it up")
        body = path.read_bytes()
        after = _state(path)
    except OSError as error:
        raise FetchFailed(
            Outcome.UNAVAILABLE, f"cannot be read: {error.strerror}", final=True
        ) from None
    if before != after:
        raise FetchFailed(Outcome.UNAVAILABLE, "still being written", final=True)
    return Reply(200, {}, body, path.name, after)
