"""What no line of our code may do, and what every module has."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .source_tree import files, modules, name, tree

FORBIDDEN_IMPORTS = {"pickle", "cPickle", "shelve", "marshal", "dill", "cloudpickle"}
FORBIDDEN_CALLS = {"eval", "exec", "print", "__import__", "breakpoint"}
FORBIDDEN_METHODS = {("yaml", "load"), ("os", "system"), ("os", "popen")}
FORBIDDEN_ARGUMENTS = {"shell": True, "verify": False}
MACHINE_PATH = re.compile(r"/(work|Users|root)/\w")
BANNER = re.compile(r"^\s*#\s*[-=#*~]{3,}", re.MULTILINE)


def forbidden(module: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            targets = [node.module or ""]
        else:
            targets = []
        for target in targets:
            if target.split(".")[0] in FORBIDDEN_IMPORTS:
                yield getattr(node, "lineno", 0), f"imports {target}"
        if isinstance(node, ast.Call):
            yield from ((node.lineno, said) for said in _said_by(node))


def _said_by(call: ast.Call) -> Iterator[str]:
    match call.func:
        case ast.Name(id=function) if function in FORBIDDEN_CALLS:
            yield f"calls {function}"
        case ast.Attribute(value=ast.Name(id=owner), attr=method):
            if (owner, method) in FORBIDDEN_METHODS:
                yield f"calls {owner}.{method}"
    for keyword in call.keywords:
        match keyword.value:
            case ast.Constant(value=bool() as value):
                if FORBIDDEN_ARGUMENTS.get(keyword.arg or "") is value:
                    yield f"says {keyword.arg}={value}"


def test_no_module_does_what_is_forbidden() -> None:
    wrong = [
        f"{name(path)}:{line} {said}" for path in modules() for line, said in forbidden(tree(path))
    ]
    assert not wrong, wrong


@pytest.mark.parametrize(
    "line",
    ["import pickle", "print(1)", "eval('1')", "run('x', shell=True)", "get(url, verify=False)"],
)
def test_the_rule_notices_a_line_that_is_forbidden(line: str) -> None:
    assert list(forbidden(ast.parse(line)))


def test_every_module_begins_with_one_sentence() -> None:
    wrong = []
    for path in modules():
        first = (ast.get_docstring(tree(path)) or "").split("\n\n")[0]
        if not first.endswith(".") or "\n" in first:
            wrong.append(name(path))
    assert not wrong, wrong


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    wrong = [
        f"{name(path)}:{number}"
        for path in files()
        if path.name != "requirements.lock"
        for number, line in enumerate(_lines(path), start=1)
        if MACHINE_PATH.search(line)
    ]
    assert not wrong, wrong


def test_comments_draw_no_banners() -> None:
    wrong = [name(path) for path in modules() if BANNER.search(path.read_text(encoding="utf-8"))]
    assert not wrong, wrong


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return []
