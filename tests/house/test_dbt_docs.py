"""What the dbt docs page says of macros and of readers is what is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from .source_tree import PROJECT, files, name, text_of

DBT = PROJECT / "dbt_project"
PUBLIC = ("indicators", "as_of", "aggregates")
MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\((.*?)\)\s*-?%}", re.DOTALL)
READ = re.compile(r"\b(?:from|join)\s+(?:main\.|raw\.)?([a-z_]+)\b")


def macros() -> dict[str, list[str]]:
    """Arguments of the macros of families that others build on."""
    return {
        macro: [argument.split("=")[0].strip() for argument in arguments.split(",") if argument]
        for family in PUBLIC
        for path in files(DBT / "macros" / family)
        if path.suffix == ".sql"
        for macro, arguments in MACRO.findall(path.read_text(encoding="utf-8"))
    }


def described() -> dict[str, dict[str, Any]]:
    return {
        one["name"]: one
        for family in PUBLIC
        for path in files(DBT / "macros" / family)
        if path.name == "_macros.yml"
        for one in yaml.safe_load(path.read_text(encoding="utf-8"))["macros"]
    }


def exposures() -> list[dict[str, Any]]:
    text = text_of("dbt_project/models/marts/_exposures.yml")
    return list(yaml.safe_load(text)["exposures"])


def readable() -> set[str]:
    marts = {path.stem for path in files(DBT / "models/marts") if path.suffix == ".sql"}
    seeds = {path.stem for path in files(DBT / "seeds") if path.suffix == ".csv"}
    return marts | seeds


@pytest.mark.parametrize("macro", macros())
def test_a_macro_that_others_build_on_is_described_to_the_argument(macro: str) -> None:
    found = described().get(macro, {})
    assert str(found.get("description", "")).endswith(".")
    assert [one["name"] for one in found.get("arguments", [])] == macros()[macro]
    assert all(one["description"] for one in found.get("arguments", []))


def test_no_macro_is_described_that_is_not_there() -> None:
    assert described().keys() == macros().keys()


@pytest.mark.parametrize("exposure", exposures(), ids=lambda exposure: str(exposure["name"]))
def test_an_exposure_names_the_tables_that_its_modules_read(exposure: dict[str, Any]) -> None:
    named = set(re.findall(r"'(\w+)'\)", " ".join(exposure["depends_on"])))
    read: set[str] = set()
    for module in exposure.get("config", {}).get("meta", {}).get("modules", []):
        assert (PROJECT / module).is_file(), module
        read |= set(READ.findall(Path(PROJECT / module).read_text(encoding="utf-8")))
    assert exposure["description"].strip().endswith(".")
    assert read & readable() <= named
    assert named - {"requests", "int_indicators_planned"} <= readable()


def test_every_module_that_asks_for_marts_belongs_to_an_exposure() -> None:
    known = {
        module
        for exposure in exposures()
        for module in exposure.get("config", {}).get("meta", {}).get("modules", [])
    }
    asking = {
        name(path)
        for package in (
            "cli",
            "flows/alerts",
            "flows/doctor",
            "publish/trace",
            "publish/features",
            "publish/report",
        )
        for path in files(PROJECT / package)
        if path.suffix in (".py", ".sql")
        if re.search(r"(?:^|[\"\s])select\b.*?\bfrom\b", path.read_text("utf-8"), re.DOTALL)
        if set(READ.findall(path.read_text(encoding="utf-8"))) & readable()
    }
    assert asking - known <= {"cli/sql.py"}, asking - known
