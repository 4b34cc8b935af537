"""A column's values as a spreadsheet holds them: local date and time, numbers, harmless text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from publish.exports.formulas import harmless
from publish.exports.tables import Column, Shape
from warehouse.market_hours import TIMEZONES

LONGEST_TEXT = 32_767
CUT = " ... (cut)"
# A double holds whole numbers up to here; longer ones stay whole as text.
EXACT = 2**53
# The first day whose number all spreadsheets agree upon.
FIRST_DAY = date(1900, 3, 1)
DAY_ZERO = date(1899, 12, 30).toordinal()
UNIX = datetime(1970, 1, 1)


@dataclass(frozen=True)
class Cell:
    """One column of a sheet: its heading and what it makes of a batch."""

    header: str
    kind: str
    column: Column
    values: Callable[[pa.Table], list[Any]]


def cells_of(shape: Shape, zones: Mapping[int, str]) -> list[Cell]:
    """The moment of a row becomes four columns, other instants one text in UTC."""
    found: list[Cell] = []
    for column in shape.columns:
        if column == shape.time and column.kind == "instant":
            found += _moment(shape, column, zones)
        else:
            kind = "utc" if column.kind == "instant" else column.kind
            name = f"{column.name} (UTC)" if column.kind == "instant" else column.name
            found.append(Cell(harmless(name), kind, column, _plain(column)))
    return found


def _moment(shape: Shape, column: Column, zones: Mapping[int, str]) -> list[Cell]:
    name = column.name

    def zone_names(rows: pa.Table) -> list[str]:
        if "instrument_id" in shape.names:
            return [zones.get(one, "UTC") for one in rows["instrument_id"].to_pylist()]
        if "calendar" in shape.names:
            return [TIMEZONES.get(one, "UTC") for one in rows["calendar"].to_pylist()]
        return ["UTC"] * rows.num_rows

    def local(rows: pa.Table) -> list[datetime | None]:
        moments = zip(rows[name].to_pylist(), zone_names(rows), strict=True)
        return [None if one is None else one + _offset(zone, _hour(one)) for one, zone in moments]

    def dates(rows: pa.Table) -> list[Any]:
        return [None if one is None else _serial(one.date()) for one in local(rows)]

    def times(rows: pa.Table) -> list[Any]:
        return [None if one is None else _share_of_day(one) for one in local(rows)]

    return [
        Cell("local date", "date", column, dates),
        Cell("local time", "time", column, times),
        Cell("zone", "zone", column, zone_names),
        Cell(f"{harmless(name)} (UTC)", "utc", column, _plain(column)),
    ]


def _hour(moment: datetime) -> int:
    """Quarters of an hour since 1970: no zone changes its offset within one."""
    return int((moment - UNIX) // timedelta(minutes=15))


@lru_cache(maxsize=100_000)
def _offset(zone: str, quarter: int) -> timedelta:
    moment = (UNIX + timedelta(minutes=15) * quarter).replace(tzinfo=UTC)
    return moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _plain(column: Column) -> Callable[[pa.Table], list[Any]]:
    name = column.name
    match column.kind:
        case "decimal" | "double":
            return lambda rows: rows[name].cast(pa.float64()).to_pylist()
        case "integer":
            return lambda rows: [_whole(one) for one in rows[name].to_pylist()]
        case "date":
            return lambda rows: [one and _serial(one) for one in rows[name].to_pylist()]
        case "instant":
            return lambda rows: [one and f"{one.isoformat()}Z" for one in rows[name].to_pylist()]
        case "text":
            return lambda rows: [one and _text(one) for one in rows[name].to_pylist()]
    return lambda rows: rows[name].to_pylist()


def _whole(number: int | None) -> int | str | None:
    return number if number is None or abs(number) <= EXACT else str(number)


def _serial(day: date) -> int | str:
    """A spreadsheet's number of a day; a day before its first is text."""
    return day.toordinal() - DAY_ZERO if day >= FIRST_DAY else day.isoformat()


def _share_of_day(moment: datetime) -> float:
    return (moment - datetime.combine(moment, datetime.min.time())).total_seconds() / 86_400


def _text(text: str) -> str:
    """A cell holds no more; whoever needs the rest finds it in the other formats."""
    safe = harmless(text)
    return safe if len(safe) <= LONGEST_TEXT else safe[: LONGEST_TEXT - len(CUT)] + CUT
