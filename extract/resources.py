"""Makes a provider's dlt source: one frozen, typed resource for each of its raw tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import dlt
import pyarrow as pa
from dlt.extract import DltResource, DltSource

from extract.schemas import dlt_columns


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
