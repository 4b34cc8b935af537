"""The project's own files, without what git ignores."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("warehouse", "extract", "publish", "flows", "cli", "sandbox", "bench")
IGNORED = {
    ".git", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis",
    "target", "build", "logs", "data_extracts", "tapehouse.toml", ".env", ".user.yml",
}  # fmt: skip


def files(folder: Path = PROJECT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in IGNORED or path.suffix == ".egg-info":
            continue
        if path.is_dir() and not path.is_symlink():
            yield from files(path)
        elif path.is_file():
            yield path


def folders(folder: Path = PROJECT) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in IGNORED and path.suffix != ".egg-info":
            yield path
            yield from folders(path)


def modules(*packages: str) -> list[Path]:
    """Python modules of the named packages; of all of them when none is named."""
    return [
        path
        for package in packages or PACKAGES
        if (PROJECT / package).is_dir()
        for path in files(PROJECT / package)
        if path.suffix == ".py"
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def at(path: Path, node: ast.AST) -> str:
    return f"{name(path)}:{getattr(node, 'lineno', 1)}"


def line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def imported(path: Path) -> list[tuple[str, ast.stmt]]:
    """Dotted names of everything a module imports, wherever in it the import stands."""
    package = list(path.relative_to(PROJECT).with_suffix("").parts[:-1])
    found: list[tuple[str, ast.stmt]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(alias.name, node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *(node.module or "").split(".")]).strip(".")
            found += [(f"{source}.{alias.name}", node) for alias in node.names]
    return found


def text_of(relative: str) -> str:
    """A document's text; empty while it does not exist, so that a test names what it misses."""
    path = PROJECT / relative
    return path.read_text(encoding="utf-8") if path.is_file() else ""
