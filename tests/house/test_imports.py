"""Who may import whom, and the one place that may touch each thing of the outside world."""

from __future__ import annotations

import ast

import pytest

from .source_tree import PACKAGES, at, imported, modules, name, tree

BELOW: dict[str, set[str]] = {
    "warehouse": set(),
    "sandbox": set(),
    "extract": {"warehouse"},
    "publish": {"warehouse"},
    "flows": {"warehouse", "extract", "publish", "sandbox"},
    "cli": {"warehouse", "extract", "publish", "sandbox", "flows"},
    "bench": {"warehouse", "extract", "publish", "sandbox", "flows"},
}
ONLY_IN = {
    "dlt": ("extract/", "bench/"),
    "prefect": ("flows/",),
    "dbt": ("warehouse/dbt_runner.py", "warehouse/parsed.py"),
    "tests": (),
}
CLOCKS = {
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "sleep", "gmtime"},
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "Timestamp": {"now", "utcnow", "today"},
}
ENVIRONMENT = {"environ", "environb", "getenv", "putenv", "unsetenv"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_those_below_it(package: str) -> None:
    allowed = BELOW[package] | {package}
    wrong = [
        f"{at(path, node)} imports {target}"
        for path in modules(package)
        for target, node in imported(path)
        if target.split(".")[0] in PACKAGES and target.split(".")[0] not in allowed
        if not (package == "sandbox" and target.startswith("warehouse.clock"))
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_imported_only_where_it_belongs(library: str) -> None:
    wrong = [
        f"{at(path, node)} imports {target}"
        for path in modules()
        for target, node in imported(path)
        if target.split(".")[0] == library and not name(path).startswith(ONLY_IN[library])
    ]
    assert not wrong, wrong


def test_only_the_clock_reads_the_time() -> None:
    wrong = []
    for path in modules():
        if name(path) == "warehouse/clock.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in CLOCKS.get(_owner(node), ()):
                wrong.append(f"{at(path, node)} calls {_owner(node)}.{node.attr}")
        wrong += [
            f"{at(path, node)} imports {target}"
            for target, node in imported(path)
            if target in {f"time.{function}" for function in CLOCKS["time"]}
        ]
    assert not wrong, wrong


def test_only_settings_read_the_environment() -> None:
    wrong = []
    for path in modules():
        if name(path) == "warehouse/settings.py":
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT:
                wrong.append(at(path, node))
        wrong += [
            at(path, node)
            for target, node in imported(path)
            if target in {f"os.{function}" for function in ENVIRONMENT}
        ]
    assert not wrong, wrong


def _owner(node: ast.Attribute) -> str:
    if isinstance(node.value, ast.Name):
        return node.value.id
    return node.value.attr if isinstance(node.value, ast.Attribute) else ""
