"""What the bytes of an export depend on beside the landed files, so that a change can be named."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import duckdb

from warehouse import rules
from warehouse.settings import PROJECT

PACKAGES = ("extract", "publish", "warehouse")
LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "numpy", "polars", "pyarrow", "xlsxwriter")
NAMED = {
    "project_version": "the version of Tapehouse",
    "code": "the code that loads, builds and writes",
    "rules": "the rules: models, macros, seeds or vars of the dbt project",
    "profile": "the setting `profile`",
    "libraries": "the versions of libraries",
}


def provenance(profile: str) -> dict[str, Any]:
    return {
        "project_version": version("tapehouse"),
        "code": _code(),
        "rules": _digest(repr(rules.in_force()).encode()),
        "profile": profile,
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """In plain words what is other than it was."""
    found = []
    for name, words in NAMED.items():
        old, new = then.get(name), now.get(name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            differ = [one for one in new if old.get(one) != new[one]]
            told = ", ".join(f"{one} {old.get(one)} -> {new[one]}" for one in differ)
            found.append(f"{words}: {told}")
        else:
            found.append(f"{words}: {old} -> {new}")
    return found


def held_files(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Up to which landing file a copy was loaded, and up to which all its tables were built."""
    row = connection.execute(
        "select max(file_seq), max(accepted_at) from landing_files"
    ).fetchone() or (None, None)
    built = connection.execute(
        "select min(built_to_file_seq) from intermediate.build_marks"
    ).fetchone()
    return {
        "file_seq": int(row[0] or 0),
        "accepted_at": row[1].isoformat() if row[1] else None,
        "built_to_file_seq": int(built[0] or 0) if built else 0,
    }


def _code() -> str:
    texts = [
        path.relative_to(PROJECT).as_posix().encode() + b"\n" + path.read_bytes()
        for package in PACKAGES
        for path in sorted((PROJECT / package).rglob("*.py"))
    ]
    return _digest(b"\n".join(texts))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
