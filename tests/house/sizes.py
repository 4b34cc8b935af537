"""`python -m tests.house.sizes`: files and lines of each package, the longest and the fullest."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from .source_tree import PROJECT, files, folders, line_count, name

SHOWN = 12
COUNTED = (".py", ".sql", ".yml", ".md", ".csv")


def main() -> None:
    console = Console(highlight=False)
    counted = {path: line_count(path) for path in files() if path.suffix in COUNTED}
    by_folder = Table("folder", "files", *COUNTED, title="Lines")
    for folder in sorted({path.relative_to(PROJECT).parts[0] for path in counted}):
        own = {path: lines for path, lines in counted.items() if _is_in(path, folder)}
        sums = [sum(own[path] for path in own if path.suffix == kind) for kind in COUNTED]
        by_folder.add_row(folder, str(len(own)), *(f"{lines:,}" for lines in sums))
    console.print(by_folder)
    code = [path for path in counted if path.suffix in (".py", ".sql")]
    longest = sorted(code, key=lambda path: -counted[path])[:SHOWN]
    console.print(_table("Longest code", {name(path): counted[path] for path in longest}))
    held = {name(folder): sum(path.is_file() for path in folder.iterdir()) for folder in folders()}
    fullest = sorted(held, key=lambda folder: -held[folder])[:SHOWN]
    console.print(_table("Fullest folders", {folder: held[folder] for folder in fullest}))


def _is_in(path: Path, folder: str) -> bool:
    return path.relative_to(PROJECT).parts[0] == folder


def _table(title: str, figures: dict[str, int]) -> Table:
    table = Table("path", "", title=title)
    for key, figure in figures.items():
        table.add_row(key, f"{figure:,}")
    return table


if __name__ == "__main__":
    main()
