"""Answers as tables of the library that a reader works with, every column typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import pyarrow as pa

from warehouse.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

# A pandas or polars DataFrame or a pyarrow Table, as was asked for: no type can say which.
Table: TypeAlias = Any

Frame = Literal["pandas", "polars", "arrow"]
Decimals = Literal["float64", "decimal"]


@dataclass(frozen=True)
class Shape:
    """What an answer is handed over as."""

    frame: Frame = "pandas"
    decimals: Decimals = "float64"

    def __post_init__(self) -> None:
        for name, given, known in (
            ("frame", self.frame, get_args(Frame)),
            ("decimals", self.decimals, get_args(Decimals)),
        ):
            if given not in known:
                raise UsageError(f"{name}: no {given!r}", f"there are {', '.join(known)}")


def shaped(table: pa.Table, shape: Shape) -> Table:
    """Instants say that they are UTC; decimals are doubles unless they are asked for as such."""
    fields = [typed(field, shape.decimals) for field in table.schema]
    columns = [
        # Over its digits: dividing, as a cast of decimals does, is an ulp off now and then.
        column.cast(pa.string()).cast(field.type)
        if pa.types.is_decimal(column.type) and pa.types.is_floating(field.type)
        else column.cast(field.type)
        for column, field in zip(table.columns, fields, strict=True)
    ]
    table = pa.table(columns, schema=pa.schema(fields))
    if shape.frame == "arrow":
        return table
    if shape.frame == "polars":
        import polars

        return polars.from_arrow(table)
    return _pandas(table)


def typed(field: pa.Field, decimals: Decimals) -> pa.Field:
    kind = field.type
    if pa.types.is_timestamp(kind):
        return field.with_type(pa.timestamp(kind.unit, "UTC"))
    if pa.types.is_decimal(kind):
        # What sums of whole numbers are in DuckDB is a whole number here as well.
        if kind.scale == 0:
            return field.with_type(pa.int64())
        return field if decimals == "decimal" else field.with_type(pa.float64())
    return field


def _pandas(table: pa.Table) -> pd.DataFrame:
    """Whole numbers and yes or no keep their type where some are missing."""
    import pandas

    nullable = {
        pa.int8(): pandas.Int8Dtype(),
        pa.int16(): pandas.Int16Dtype(),
        pa.int32(): pandas.Int32Dtype(),
        pa.int64(): pandas.Int64Dtype(),
        pa.bool_(): pandas.BooleanDtype(),
    }
    found: pd.DataFrame = table.to_pandas(types_mapper=nullable.get, date_as_object=False)
    return found
