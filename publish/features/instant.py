"""The instant that features are as of: what the copy knew then, and instants that make no sense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse import clock
from warehouse.errors import TapehouseError, UsageError

KNOWN = """
with file_groups as (
    select group_seq, max(accepted_at) as whole_at from landing_files group by group_seq
)
select
    (select min(known_at) from bar_versions where interval = '1d') as first_at,
    max(group_seq) filter (whole_at <= {0}) as known_seq,
    max(whole_at) filter (whole_at <= {0}) as known_at,
    max(whole_at) as newest_at
from file_groups
"""


@dataclass(frozen=True)
class Known:
    """An instant, and the newest group of files that the copy held by then."""

    as_of: datetime
    known_seq: int
    known_at: datetime
    is_newest: bool


def parsed(text: str) -> datetime:
    """A time as naive UTC; one without an offset is UTC already."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"not an instant: {text!r}", "write 2026-03-10T20:00 (UTC) or 2026-03-10T16:00-04:00"
        ) from None
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def known(connection: duckdb.DuckDBPyConnection, as_of: datetime | None) -> Known:
    """Without an instant, that of the newest file in the copy."""
    stands_for = "timestamp '9999-01-01'" if as_of is None else literal(as_of)
    row = connection.execute(KNOWN.format(stands_for)).fetchone()
    first_at, known_seq, known_at, newest_at = row or (None, None, None, None)
    if first_at is None:
        raise TapehouseError("no daily bar is published yet", "run `tapehouse run`")
    at = as_of or newest_at
    # Files of one moment are told apart by microseconds, which may lie ahead of a standing clock.
    if at > max(clock.now(), newest_at):
        raise UsageError(
            f"{at} UTC is in the future (now is {clock.now():%Y-%m-%d %H:%M:%S} UTC)",
            "what will be known by then nobody can say; name an instant that has passed",
        )
    if at < first_at:
        raise UsageError(
            f"no daily bar was known at {at} UTC; the first became known at {first_at} UTC",
            "as of an instant counts what was fetched by then, not what had happened by then",
        )
    return Known(at, known_seq, known_at, known_at == newest_at)


def literal(at: datetime) -> str:
    return f"timestamp '{at.isoformat(sep=' ')}'"
