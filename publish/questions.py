"""Questions that readers ask most, as SQL: which mart, which symbols, which span, as of when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TypeAlias

import duckdb

from publish.trace import cells
from publish.trace.tree import literal
from warehouse.errors import UsageError

Symbols: TypeAlias = str | Iterable[str] | None
Time: TypeAlias = str | date | datetime | None


ACTIONS = (
    "(select instruments.symbol, corporate_actions.* from corporate_actions "
    "inner join instruments using (instrument_id))"
)


@dataclass
class Question:
    """Conditions on one relation; every value is written into the SQL as a literal."""

    relation: str
    order: str
    conditions: list[str] = field(default_factory=list)

    def of(self, connection: duckdb.DuckDBPyConnection, symbols: Symbols) -> Question:
        """Only these symbols; one that nobody knows is refused with those that are near."""
        if symbols is not None:
            named = [symbols] if isinstance(symbols, str) else list(symbols)
            ids = [str(cells.instrument(connection, name)["instrument_id"]) for name in named]
            self.conditions.append(f"instrument_id in ({', '.join(ids) or 'null'})")
        return self

    def at_interval(self, interval: str | None) -> Question:
        if interval is not None:
            cells.check_interval(interval)
            self.conditions.append(f"interval = {literal(interval)}")
        return self

    def between(self, start: Time, end: Time, day: str, instant: str | None = None) -> Question:
        """Days include both ends; of instants the first is included and the last is not."""
        for time, is_start in ((start, True), (end, False)):
            if time is None:
                continue
            at = time_of(time)
            if isinstance(at, datetime):
                if instant is None:
                    raise UsageError(f"{at} is an instant, but these rows have days", "name a day")
                compared = f"{instant} {'>=' if is_start else '<'} {literal(at)}"
            else:
                compared = f"{day} {'>=' if is_start else '<='} {literal(at)}"
            self.conditions.append(compared)
        return self

    @property
    def sql(self) -> str:
        where = f" where {' and '.join(self.conditions)}" if self.conditions else ""
        return f"select * from {self.relation}{where} order by {self.order}"


def time_of(time: str | date | datetime) -> date | datetime:
    """A day or an instant in UTC; naive ones are UTC already."""
    if isinstance(time, str):
        parsed = cells.parse_time(time)
        if parsed.at is None:
            raise UsageError(f"not a time: {time!r}", "write 2026-03-10 or '2026-03-10 14:05'")
        return parsed.at.date() if parsed.is_day else parsed.at
    if isinstance(time, datetime) and time.tzinfo:
        return time.astimezone(UTC).replace(tzinfo=None)
    return time


def instant_of(time: str | date | datetime) -> str:
    """What was known by then; a day means its end, as everything known on that day."""
    at = time_of(time)
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, 23, 59, 59, 999_999)
    return literal(at)


def bars(interval: str, as_of: Time) -> Question:
    order = "symbol, opened_at"
    if as_of is not None:
        return Question(f"bars_as_of({instant_of(as_of)})", order).at_interval(interval)
    if interval == "1d":
        return Question("daily_bars", order)
    return Question("intraday_bars", order).at_interval(interval)


def indicators(connection: duckdb.DuckDBPyConnection, interval: str, as_of: Time) -> Question:
    order = "symbol, opened_at"
    if interval == "1d":
        named = "technical_indicators"
        return Question(f"indicators_as_of({instant_of(as_of)})" if as_of else named, order)
    if as_of is not None:
        raise UsageError("indicators as of an instant are those of days", "leave out interval")
    found = Question("technical_indicators_intraday", order).at_interval(interval)
    built = connection.execute(f"select distinct interval from {found.relation}").fetchall()
    if built and (interval,) not in built:
        raise UsageError(
            f"no indicators of {interval} are built, but of 1d and {built[0][0]}",
            "the var `indicator_interval` in dbt_project.yml says of which",
        )
    return found
