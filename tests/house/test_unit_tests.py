"""Every window and every recursion of the project is worked out by hand in a unit test."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

from .source_tree import PROJECT, files, name

DBT = PROJECT / "dbt_project"
COMMENT = re.compile(r"{#.*?#}|--[^\n]*", re.DOTALL)
WINDOW = re.compile(r"\bover\s*(\(|{{|[a-z])|\bwith recursive\b")
MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\(.*?\)\s*-?%}(.*?){%-?\s*endmacro", re.DOTALL)
ENGINE = re.compile(r"^[a-z]+__")
# A table macro asks of an instant that a unit test cannot give; where else it is proven.
ELSEWHERE = {"universe_as_of": "tests/dbt_project/test_universe_as_of.py"}


def code(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


@cache
def macros() -> dict[str, str]:
    """The text of each macro; what engines make of one counts as one."""
    found: dict[str, str] = {}
    for path in files(DBT / "macros"):
        if path.suffix == ".sql":
            for called, body in MACRO.findall(code(path)):
                key = ENGINE.sub("", called)
                found[key] = found.get(key, "") + body
    return found


def called_by(text: str) -> set[str]:
    """The macros that a text calls, and those that they call in turn."""
    found: set[str] = set()
    left = [text]
    while left:
        words = set(re.findall(r"\b(\w+)\s*\(", left.pop())) & macros().keys() - found
        found |= words
        left += [macros()[word] for word in words]
    return found


@cache
def models() -> dict[str, Path]:
    return {path.stem: path for path in files(DBT / "models") if path.suffix == ".sql"}


@cache
def proven_models() -> set[str]:
    found: set[str] = set()
    for path in files(DBT / "models"):
        if path.suffix == ".yml":
            listed = yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests") or []
            found |= {one["model"] for one in listed}
    return found


@cache
def proven_macros() -> set[str]:
    return {macro for model in proven_models() for macro in called_by(code(models()[model]))}


def windowed_models() -> list[str]:
    return [model for model, path in models().items() if WINDOW.search(code(path))]


@pytest.mark.parametrize("model", windowed_models())
def test_a_model_with_a_window_has_a_unit_test(model: str) -> None:
    assert model in proven_models(), f"{name(models()[model])} has a window and no unit test"


@pytest.mark.parametrize("macro", [key for key, body in macros().items() if WINDOW.search(body)])
def test_a_macro_with_a_window_is_proven_by_a_model_that_calls_it(macro: str) -> None:
    if macro in ELSEWHERE:
        assert (PROJECT / ELSEWHERE[macro]).is_file()
        return
    assert macro in proven_macros(), f"no model that calls {macro} has a unit test"


@pytest.mark.parametrize(
    ("text", "is_window"),
    [
        ("sum(x) over (order by date)", True),
        ("lag(x) over bars as before", True),
        ("median(x) over {{ window_name }}", True),
        ("with recursive walk as (", True),
        ("{'mean': 'close', 'over': 3}", False),
        ("item.over * (item.over - 1)", False),
    ],
)
def test_the_rule_knows_a_window_when_it_sees_one(text: str, is_window: bool) -> None:
    assert bool(WINDOW.search(text)) is is_window
