"""What a report is made of before it is a page or a workbook: sections of tables and figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from publish.report.week import Week


@dataclass(frozen=True)
class Column:
    """A column with the kind of its values, which says how they are shown (`formats`)."""

    title: str
    kind: str = "text"
    note: str = ""


@dataclass(frozen=True)
class Row:
    """Cells, the runs that brought what they are made of, and the command that traces them."""

    cells: tuple[Any, ...]
    runs: tuple[int, ...] = ()
    trace: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under columns; the page shows the first of them, the workbook all."""

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str
    note: str = ""
    limit: int = 60
    on_page: bool = True
    sheet: str = ""

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[: self.limit]

    @property
    def is_traced(self) -> bool:
        return any(row.runs or row.trace for row in self.rows)


@dataclass(frozen=True)
class Series:
    """A line, or a set of bars, of a figure."""

    name: str
    x: tuple[Any, ...]
    y: tuple[float | None, ...]


@dataclass(frozen=True)
class Figure:
    """What is drawn; `alt` says it to those who do not see it."""

    key: str
    title: str
    alt: str
    kind: str
    series: tuple[Series, ...]
    y_label: str = ""
    marked_from: date | None = None

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for one in self.series for value in one.y)


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    lead: str
    parts: Sequence[Table | Figure]

    @property
    def tables(self) -> list[Table]:
        return [part for part in self.parts if isinstance(part, Table)]

    @property
    def figures(self) -> list[Figure]:
        return [part for part in self.parts if isinstance(part, Figure)]


@dataclass(frozen=True)
class Fact:
    """One of the figures at the top of the page."""

    label: str
    value: str
    detail: str = ""
    section: str = ""


@dataclass(frozen=True)
class Known:
    """Up to where the published copy knows what was landed."""

    file_seq: int
    at: datetime | None


@dataclass(frozen=True)
class Report:
    """All of it; equal for equal weeks of equal copies."""

    week: Week
    origin: str
    known: Known
    facts: Sequence[Fact]
    lacking: Sequence[str]
    sections: Sequence[Section]
    runs: Table

    @property
    def tables(self) -> Iterator[Table]:
        for section in self.sections:
            yield from section.tables
        yield self.runs

    @property
    def row_count(self) -> int:
        return sum(len(table.rows) for table in self.tables)
