"""Makes a provider's dlt source: units asked one by one, a frozen, typed resource a raw table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import dlt
import pyarrow as pa
from dlt.extract import DltResource, DltSource

from extract.http import PoliteEdge, Unit
from extract.schemas import dlt_columns
from extract.work import WorkItem


def typed_source(provider: str, tables: Mapping[str, Iterator[pa.Table]]) -> DltSource:
    """The rows of each raw table, which must come in its declared columns."""

    def resources() -> list[DltResource]:
        return [
            dlt.resource(
                rows,
                name=name,
                columns=dlt_columns(name),
                write_disposition="append",
                schema_contract="freeze",
            )
            for name, rows in tables.items()
        ]

    source: DltSource = dlt.source(resources, name=provider, max_table_nesting=0)()
    for resource in source.resources.values():
        # A table that dlt has not seen would be refused, or evolve, in its first run.
        source.schema.update_table(resource.compute_table_schema())
    return source


def asked_units(
    items: Iterable[WorkItem],
    endpoint: str,
    edge: Callable[[], PoliteEdge],
    pages: Callable[[Unit], Iterator[pa.Table]],
) -> Iterator[pa.Table]:
    """One table a unit; without units of the endpoint no edge is opened.

    Pages that came before a failure are good: their requests say which part they answer.
    """
    for item in items:
        if item.endpoint != endpoint:
            continue
        landed: list[pa.Table] = []
        with edge().unit(item) as unit:
            for page in pages(unit):
                landed.append(page)
        if landed:
            yield pa.concat_tables(landed)
