"""`diff`: what changed between the states after two runs, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import duckdb

from publish.trace import cells
from publish.trace.span import Span, span_of
from publish.trace.tree import Row, rows

BAR = "symbol, version.interval, version.opened_at, version.provider"
FILES = """
select table_name, count(*) as files, sum(row_count) as rows, list(distinct run_id) as runs
from landing_files where {range} group by table_name order by table_name
"""
REQUESTS = """
select provider, endpoint, outcome, count(*) as requests, sum(row_count) as rows
from raw.requests where {range} group by all order by all
"""


@dataclass(frozen=True)
class Change:
    """All changes of one cause: how many there are, and the first of them."""

    cause: str
    count: int
    rows: list[Row]


@dataclass
class Diff:
    """What lies between two runs; false when nothing changed."""

    span: Span
    changes: list[Change] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(change.count for change in self.changes)


def diff(
    connection: duckdb.DuckDBPyConnection,
    run_a: int | None = None,
    run_b: int | None = None,
    symbols: Sequence[str] = (),
    interval: str | None = None,
    limit: int = 10,
) -> Diff:
    """Everything is told under the rules the copy was built by; their changes are listed too."""
    span = span_of(connection, run_a, run_b)
    owners = [cells.instrument(connection, symbol)["instrument_id"] for symbol in symbols]
    cells.check_interval(interval)
    wanted = _Wanted(owners, interval)
    found = Diff(span)
    for cause, query in _queries(span, wanted, _has_gaps(connection)):
        listed = rows(
            connection, f"select count(*) over () as found, * from ({query}) limit {limit}"
        )
        count = listed[0]["found"] if listed else 0
        found.changes.append(
            Change(cause, count, [{k: v for k, v in row.items() if k != "found"} for row in listed])
        )
    range_of_files = span.within("file_seq")
    found.files = rows(connection, FILES.format(range=range_of_files))
    found.requests = rows(connection, REQUESTS.format(range=range_of_files))
    return found


@dataclass(frozen=True)
class _Wanted:
    """The bars that were asked about, as a condition on a relation."""

    instruments: Sequence[int]
    interval: str | None

    def of(self, relation: str, has_interval: bool = True) -> str:
        text = ""
        if self.instruments:
            listed = ", ".join(str(number) for number in self.instruments)
            text += f" and {relation}.instrument_id in ({listed})"
        if self.interval and has_interval:
            text += f" and {relation}.interval = '{self.interval}'"
        return text


def _has_gaps(connection: duckdb.DuckDBPyConnection) -> bool:
    query = "select 1 from information_schema.tables where table_name = 'bar_gaps'"
    return bool(rows(connection, query))


def _queries(span: Span, wanted: _Wanted, has_gaps: bool) -> Iterator[tuple[str, str]]:
    """One query for each cause, the newest first; what filled a gap has healed it, and is not new.

    A gap is filled once: the same bar of another provider, asked as a check, is new.
    """
    first = (
        "from bar_versions as version inner join instruments using (instrument_id) "
        f"where version.cause = 'first' and {span.within('version.known_seq')}"
        f"{wanted.of('version')}"
    )
    filled_gap = (
        "exists (select 1 from bar_gaps as gap where gap.state = 'healed' "
        "and gap.instrument_id = version.instrument_id and gap.interval = version.interval "
        "and gap.opened_at = version.opened_at and gap.healed_at = version.known_at)"
    )
    values = "version.close, version.volume, version.known_at, version.request_id"
    order = "order by version.opened_at desc, symbol, version.interval, version.provider"
    not_gap = f"and not {filled_gap}" if has_gaps else ""
    yield "new", f"select {BAR}, {values} {first} {not_gap} {order}"
    if has_gaps:
        yield "healed", f"select {BAR}, {values} {first} and {filled_gap} {order}"
    yield (
        "restated",
        "select symbol, interval, opened_at, provider, field, old_value, new_value, "
        "relative_change, was_final, known_at, request_id from restatements as version "
        f"where {span.within('known_seq')}{wanted.of('version')} "
        "order by was_final desc, abs(relative_change) desc, opened_at desc, symbol, field",
    )
    yield (
        "rebased",
        "select symbol, version.interval, version.provider, count(*) as bars, "
        "min(version.session_date) as first, max(version.session_date) as last "
        "from bar_versions as version inner join instruments using (instrument_id) "
        f"where version.cause = 'rebased' and {span.within('version.known_seq')}"
        f"{wanted.of('version')} group by all order by all",
    )
    yield "corporate_actions", _actions(span, wanted)
    yield (
        "set_aside",
        "select rule, provider, symbol, interval, opened_at, detail, file_seq, row_number "
        f"from quarantined_rows as held where {span.within('file_seq')}{wanted.of('held')} "
        "order by rule = 'null_bar', rule, file_seq desc, row_number",
    )
    yield (
        "rules",
        "select kind, name, old_value, new_value, run_id, known_at from rule_changes "
        f"where {span.within('file_seq')} order by file_seq, kind, name",
    )


def _actions(span: Span, wanted: _Wanted) -> str:
    """Actions that became known or changed, and how many known bars they adjust anew."""
    return f"""
        select
            symbol, action.action, action.ex_date, action.provider, before.value as old_value,
            action.value as new_value, action.known_at,
            (
                select count(*) from bar_versions as version
                where version.instrument_id = action.instrument_id and version.cause = 'first'
                    and version.session_date < action.ex_date
                    and version.known_seq <= {span.after}{wanted.of("version")}
            ) as adjusted_bars
        from corporate_action_versions as action
        inner join instruments using (instrument_id)
        left join corporate_action_versions as before
            on before.instrument_id = action.instrument_id and before.action = action.action
            and before.ex_date = action.ex_date and before.provider = action.provider
            and before.version_number = action.version_number - 1
        where {span.within("action.known_seq")}{wanted.of("action", has_interval=False)}
        order by action.known_seq, symbol, action.action, action.ex_date
    """
