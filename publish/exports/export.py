"""An export: every table that is asked for, read once and written in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from publish.exports import condition, formats, selection, tables
from publish.exports.formats import Format, Stamp, Written
from publish.exports.selection import Choice, Selection
from publish.features.instant import known
from warehouse.errors import UsageError
from warehouse.folder import fsync_folder
from warehouse.market_hours import TIMEZONES

KIND = "tapehouse export"


@dataclass(frozen=True)
class Asked:
    """What an export is of; the same of the same copy gives the same files."""

    formats: tuple[str, ...]
    tables: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    where: str = ""
    first: date | None = None
    last: date | None = None
    as_of: datetime | None = None
    batch_size: int = 1000

    def told(self) -> dict[str, Any]:
        """For a manifest; `read` understands it."""
        shown = {"first": "from", "last": "to"}
        return {
            shown.get(name, name): value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Asked:
        first, last, as_of = told["from"], told["to"], told["as_of"]
        return cls(
            tuple(told["formats"]),
            tuple(told["tables"]),
            tuple(told["symbols"]),
            told["where"],
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None,
            datetime.fromisoformat(as_of) if as_of else None,
            told["batch_size"],
        )


@dataclass(frozen=True)
class Planned:
    """What will be written; nothing of it can be misspelt any more."""

    asked: Asked
    selections: list[Selection]

    @property
    def row_count(self) -> int:
        return sum(one.row_count for one in self.selections)


@dataclass
class Built:
    """What was written, and what a person should know of it."""

    tables: list[dict[str, Any]] = field(default_factory=list)
    files: list[Written] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def plan(connection: duckdb.DuckDBPyConnection, asked: Asked) -> Planned:
    """Every wrong name, instant or condition ends here, before anything is written."""
    if asked.first and asked.last and asked.first > asked.last:
        raise UsageError(f"--from {asked.first} is after --to {asked.last}", "swap them")
    if asked.as_of:
        known(connection, asked.as_of)
    choice = Choice(
        selection.check_symbols(connection, asked.symbols),
        condition.parsed(asked.where) if asked.where else "",
        asked.first,
        asked.last,
        asked.as_of,
    )
    names = tables.chosen(connection, asked.tables, asked.as_of is not None)
    return Planned(asked, [selection.select(connection, name, choice) for name in names])


def zones(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """The time zone of each instrument's market."""
    rows = connection.execute("select instrument_id, calendar from instruments").fetchall()
    return {number: TIMEZONES.get(calendar, "UTC") for number, calendar in rows}


def build(
    connection: duckdb.DuckDBPyConnection,
    planned: Planned,
    stamp: Stamp,
    place: Path,
    moved: Callable[[int], object] = lambda _: None,
) -> Built:
    """Write all files into an empty folder; a failure leaves it to the caller to remove it."""
    writers: list[Format] = []
    built = Built()
    try:
        for name in planned.asked.formats:
            writers.append(formats.writer(name, place, stamp))
        for one in planned.selections:
            _write(connection, one, _takers(writers, one, built), moved)
            built.tables.append(_told(one, planned.asked))
            if one.kept_whole:
                unknown = " or ".join(one.kept_whole)
                built.notes.append(f"{one.shape.name} knows no {unknown}: all rows")
        for writer in writers:
            built.files += writer.finish()
    except BaseException:
        for writer in writers:
            writer.drop()
        raise
    fsync_folder(place)
    return built


def _write(
    connection: duckdb.DuckDBPyConnection,
    one: Selection,
    takers: Sequence[Format],
    moved: Callable[[int], object],
) -> None:
    for taker in takers:
        taker.open(one.shape)
    for rows in selection.batches(connection, one.query):
        for taker in takers:
            taker.write(rows)
        moved(rows.num_rows)
    for taker in takers:
        taker.close()


def _takers(writers: Sequence[Format], one: Selection, built: Built) -> list[Format]:
    found = []
    for writer in writers:
        if why := writer.lacks(one.shape):
            built.notes.append(f"{one.shape.name} is left out of {writer.name}: {why}")
        else:
            found.append(writer)
    return found


def _told(one: Selection, asked: Asked) -> dict[str, Any]:
    return {
        "name": one.shape.name,
        "rows": one.row_count,
        "order": list(one.shape.order),
        "is_as_of": asked.as_of is not None,
        "kept_whole": one.kept_whole,
        "columns": {column.name: column.declared for column in one.shape.columns},
    }
