"""The rules that decide what the data become: dbt vars, rows of seeds, and the SQL itself."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import PROJECT

SQL_FOLDERS = ("models", "macros")


@dataclass(frozen=True)
class Rule:
    """A rule and its value as text, so that two states of the project can be compared."""

    kind: str
    name: str
    value: str


def in_force(project: Path = PROJECT) -> list[Rule]:
    """Everything that a person may change and that changes what a build makes."""
    root = project / "dbt_project"
    found = [*_vars(project), *_seeds(root / "seeds"), *_sql(root)]
    return sorted(found, key=lambda rule: (rule.kind, rule.name))


def _vars(project: Path) -> Iterator[Rule]:
    declared: dict[str, Any] = _yaml(project / "dbt_project.yml").get("vars", {})
    for name, value in declared.items():
        yield Rule("var", name, json.dumps(value, sort_keys=True))


def _seeds(folder: Path) -> Iterator[Rule]:
    """One rule a row, named by the key that the seed's own test declares, else by all of it."""
    for path in sorted(folder.glob("*.csv")):
        declared = _key_of(path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            key = declared or list(reader.fieldnames or ())
            for row in reader:
                name = " ".join(row[column] for column in key)
                rest = {name: text for name, text in row.items() if text and name not in key}
                yield Rule(path.stem, name, json.dumps(rest, ensure_ascii=False))


def _key_of(seed: Path) -> list[str]:
    described = _yaml(seed.with_suffix(".yml"))["seeds"]
    tests = next(one for one in described if one["name"] == seed.stem).get("data_tests", [])
    found = [test["unique_combination"] for test in tests if "unique_combination" in test]
    return list(found[0]["arguments"]["columns"]) if found else []


def _sql(root: Path) -> Iterator[Rule]:
    for folder in SQL_FOLDERS:
        for path in sorted((root / folder).rglob("*.sql")):
            digest = hashlib.sha256(path.read_text(encoding="utf-8").encode()).hexdigest()
            yield Rule("sql", path.relative_to(root).as_posix(), digest[:16])


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
