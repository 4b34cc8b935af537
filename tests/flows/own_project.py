"""A copy of the whole project whose rules a test may change, and its command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from warehouse import parsed
from warehouse.settings import PROJECT

PARTS = ("cli", "extract", "flows", "publish", "sandbox", "warehouse", "dbt_project")


class OwnProject:
    def __init__(self, root: Path) -> None:
        self.root = root
        quiet = shutil.ignore_patterns("__pycache__")
        for name in PARTS:
            shutil.copytree(PROJECT / name, root / name, ignore=quiet)
        for path in (*PROJECT.glob("*.yml"), PROJECT / "tapehouse.example.toml"):
            shutil.copyfile(path, root / path.name)
        # Its first build has nothing to parse, until a rule is changed.
        if parsed.KEPT.exists():
            shutil.copytree(parsed.KEPT, root / parsed.KEPT.relative_to(PROJECT))

    def change(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text(encoding="utf-8")
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1), encoding="utf-8")

    def environment(self, data: Path) -> dict[str, str]:
        # Where dbt stands is told to the children of this process, not of that project.
        inherited = {key: text for key, text in os.environ.items() if not key.startswith("DBT_")}
        return {
            **inherited,
            "TAPEHOUSE_DATA_DIR": str(data),
            "PYTHONPATH": str(self.root),
            "COLUMNS": "200",
        }

    def tapehouse(self, data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=self.root,
            env=self.environment(data),
            capture_output=True,
            text=True,
            timeout=300,
        )
