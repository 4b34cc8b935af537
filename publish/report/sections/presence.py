"""What of the week is there at all: sessions, instruments and providers that are lacking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from publish.report.document import Column, Row, Table
from publish.report.queries import Copy, Found

NAMED = 20


def table(copy: Copy) -> Table:
    columns = (
        Column("Calendar", "name"),
        Column("Instruments", "count", "Followed, and listed in the week"),
        Column("Sessions", "count", "By the calendar"),
        Column("Held", "count", "Sessions with at least one daily bar"),
        Column("Not held", "text", "Closed when the newest file was accepted, and no daily bar"),
        Column("Not over", "text", "Had not closed then"),
        Column("Weekdays closed"),
        Column("Early closes"),
    )
    rows = [
        Row(
            (
                one["calendar"],
                one["instrument_count"],
                len(one["sessions"]),
                len(set(one["held"]) & set(one["sessions"])),
                dates(not_held(one)),
                dates(not_over(one)),
                dates(closed(copy, one)),
                dates(one["early_closes"]),
            )
        )
        for one in copy.rows("sessions")
    ]
    title = "Sessions by calendar"
    return Table("sessions", title, columns, rows, "No instrument is followed.", sheet="Sessions")


def lacking(copy: Copy) -> list[str]:
    """Sentences on what one would look for and not find."""
    told = []
    if not copy.instruments:
        told.append("No daily bar of this week is in the published copy.")
    found = copy.rows("sessions")
    for said, days_of in (
        ("{0}: the week is not over in this copy; {1} had not closed.", not_over),
        ("{0}: no daily bars of {1}.", not_held),
        ("{0}: closed on {1}.", lambda one: closed(copy, one)),
    ):
        told += [said.format(names, days) for days, names in alike(found, days_of)]
    if silent := [row["symbol"] for row in copy.rows("silent")]:
        told.append(
            f"Without a daily bar, while others of their calendar have some: {some(silent)}."
        )
    if providers := [row["provider"] for row in copy.rows("not_asked")]:
        told.append(f"No request of the week went to {', '.join(providers)}.")
    return told


def alike(found: Sequence[Found], days_of: Callable[[Found], list[date]]) -> list[tuple[str, str]]:
    """Days, and the calendars that share them."""
    calendars: dict[str, list[str]] = {}
    for one in found:
        if days := dates(days_of(one)):
            calendars.setdefault(days, []).append(one["calendar"])
    return [(days, ", ".join(names)) for days, names in calendars.items()]


def not_held(one: Found) -> list[date]:
    return sorted(set(one["over"]) - set(one["held"]))


def not_over(one: Found) -> list[date]:
    return sorted(set(one["sessions"]) - set(one["over"]) - set(one["held"]))


def closed(copy: Copy, one: Found) -> list[date]:
    """Weekdays on which the calendar rests; of a year that it does not reach nobody knows."""
    sessions = set(one["sessions"])
    if not sessions:
        return []
    return [day for day in copy.week.days if day.weekday() < 5 and day not in sessions]


def dates(days: list[date]) -> str:
    """Days that follow each other as a span."""
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return ", ".join(
        f"{span[0]:%a} {span[0]}"
        + (f" {'and' if len(span) == 2 else 'to'} {span[-1]:%a} {span[-1]}" if span[1:] else "")
        for span in spans
    )


def some(names: list[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown
