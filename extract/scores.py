"""Scores of a person's model: what of an answer holds is landed, what does not is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from extract.landing import Landing
from extract.manifest import ManifestLine
from extract.schemas import arrow_schema
from warehouse.errors import BadDataError

TABLE = "tapehouse_scores"
NEEDED: Mapping[str, tuple[str, Callable[[pa.DataType], bool]]] = {
    "instrument_id": ("whole numbers", pa.types.is_integer),
    "date": ("dates", pa.types.is_date),
    "score": (
        "numbers",
        lambda kind: (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        ),
    ),
}
JUDGED = """
with given as (
    select
        place, instrument_id, date, cast(score as double) as score,
        count(*) over (partition by instrument_id, date) as scores_of_bar
    from answer
)
select
    given.instrument_id, given.date, given.score, asked.opened_at,
    case
        when given.instrument_id is null or given.date is null then 'names no bar'
        when asked.instrument_id is null then 'is of a bar that was not handed over'
        when given.score is null then 'has no score'
        when not isfinite(given.score) then 'has a score that is no finite number'
        when given.scores_of_bar > 1 then 'is one of several for the same bar'
    end as reason
from given
left join asked
    on given.instrument_id = asked.instrument_id and given.date = asked.date
order by given.place
"""


@dataclass(frozen=True)
class Refused:
    """A row of an answer that is not landed as a score, and why."""

    row: Mapping[str, Any]
    reason: str

    def __str__(self) -> str:
        return f"instrument {self.row['instrument_id']}, {self.row['date']}: {self.reason}"


@dataclass(frozen=True)
class Answer:
    """Which model answered, on what knowledge and when."""

    model: str
    model_sha256: str
    as_of: datetime
    scored_at: datetime


def judge(answer: pa.Table, asked: pa.Table) -> tuple[list[dict[str, Any]], list[Refused]]:
    """The scores that hold, and the rows that do not; an answer of another shape is an error."""
    for name, (kind, fits) in NEEDED.items():
        if answer.column_names.count(name) != 1:
            raise BadDataError(
                f"the answer has no single column {name!r}: {', '.join(answer.column_names)}",
                "a score is a row of instrument_id, date and score",
            )
        if not fits(answer.schema.field(name).type):
            raise BadDataError(
                f"the column {name!r} must hold {kind}, not {answer.schema.field(name).type}",
                "a score is a row of instrument_id, date and score",
            )
    numbered = answer.select(list(NEEDED)).append_column(
        "place", pa.array(range(answer.num_rows), pa.int64())
    )
    with duckdb.connect() as connection:
        connection.register("answer", numbered)
        connection.register("asked", asked.select(["instrument_id", "date", "opened_at"]))
        result: Any = connection.execute(JUDGED)
        rows = result.to_arrow_table().to_pylist()
    good, refused = [], []
    for row in rows:
        reason = row.pop("reason")
        if reason is None:
            good.append(row)
        else:
            del row["opened_at"]
            refused.append(Refused(row, reason))
    return good, refused


def land(
    landing: Landing,
    run_id: int,
    answer: Answer,
    good: Sequence[Mapping[str, Any]],
    refused: Sequence[Refused],
) -> list[ManifestLine]:
    """One group of files: the scores, and what was refused of the same answer."""
    scores = [{"run_id": run_id, **vars(answer), **row} for row in good]
    rejected = [
        {
            "request_id": None,
            "provider": "tapehouse",
            "table_name": TABLE,
            "payload": json.dumps({"model": answer.model, **_as_text(one.row)}),
            "reason": f"a row of {answer.model} {one.reason}",
        }
        for one in refused
    ]
    return landing.accept(
        run_id,
        [
            (name, pa.Table.from_pylist(rows, schema=arrow_schema(name, landed=False)))
            for name, rows in ((TABLE, scores), ("rejected_rows", rejected))
        ],
    )


def _as_text(row: Mapping[str, Any]) -> dict[str, str | None]:
    """JSON knows neither dates nor numbers that are not finite."""
    return {name: None if value is None else str(value) for name, value in row.items()}
