"""The columns of raw tables, read from their one declaration: dbt's sources files."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pyarrow as pa
import yaml

from warehouse.settings import PROJECT

STAGING = PROJECT / "dbt_project" / "models" / "staging"
LANDED_KEY = ("file_seq", "row_number")

ARROW_TYPES: dict[str, pa.DataType] = {
    "BIGINT": pa.int64(),
    "INTEGER": pa.int32(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "DECIMAL(18,8)": pa.decimal128(18, 8),
    "DECIMAL(24,8)": pa.decimal128(24, 8),
}
DLT_TYPES: dict[str, dict[str, Any]] = {
    "BIGINT": {"data_type": "bigint", "precision": 64},
    "INTEGER": {"data_type": "bigint", "precision": 32},
    "DOUBLE": {"data_type": "double"},
    "BOOLEAN": {"data_type": "bool"},
    "VARCHAR": {"data_type": "text"},
    "DATE": {"data_type": "date"},
    "TIMESTAMP": {"data_type": "timestamp", "timezone": False, "precision": 6},
    "DECIMAL(18,8)": {"data_type": "decimal", "precision": 18, "scale": 8},
    "DECIMAL(24,8)": {"data_type": "decimal", "precision": 24, "scale": 8},
}


@lru_cache(maxsize=1)
def declared() -> dict[str, dict[str, str]]:
    """Raw table -> column -> type, in the declared order, out of the file of each folder."""
    return {
        table["name"]: {
            column["name"]: column["data_type"].upper().replace(" ", "")
            for column in table["columns"]
        }
        for file in sorted(STAGING.glob("*/_sources.yml"))
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        if source["name"] == "raw"
        for table in source["tables"]
    }


def columns(table: str, landed: bool = True) -> dict[str, str]:
    """`landed=False` leaves out the key that only the landing writer can give."""
    return {
        name: kind for name, kind in declared()[table].items() if landed or name not in LANDED_KEY
    }


def arrow_schema(table: str, landed: bool = True) -> pa.Schema:
    return pa.schema([(name, ARROW_TYPES[kind]) for name, kind in columns(table, landed).items()])


def dlt_columns(table: str) -> list[dict[str, Any]]:
    """Column hints for a dlt resource; its contract is frozen, so these are all there are."""
    return [
        {"name": name, **DLT_TYPES[kind], "nullable": True}
        for name, kind in columns(table, landed=False).items()
    ]


def create_statement(table: str) -> str:
    body = ", ".join(f'"{name}" {kind}' for name, kind in declared()[table].items())
    return f'create table if not exists raw."{table}" ({body})'
