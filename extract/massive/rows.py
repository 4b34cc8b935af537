"""Makes a typed table of an answer's rows; those that do not fit are set aside with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from extract.http import Unit
from extract.massive import cells
from extract.massive.settings import PROVIDER
from extract.request_log import RejectedRows
from extract.schemas import arrow_schema


def landed(
    unit: Unit,
    given: Sequence[Any],
    table: str,
    shared: Mapping[str, Any],
    row_of: Callable[[cells.Raw], dict[str, Any]],
    rejected: RejectedRows,
) -> Iterator[pa.Table]:
    """The rows of one answer, each with what it shares with the others."""
    rows = []
    for raw in given:
        try:
            rows.append({**shared, "request_id": unit.request_id, **row_of(cells.record(raw))})
        except ValueError as error:
            payload = json.dumps(raw, default=str)
            rejected.add(unit.request_id, PROVIDER, table, payload, str(error))
    unit.answered(len(given))
    if rows:
        yield pa.Table.from_pylist(rows, schema=arrow_schema(table, landed=False))
