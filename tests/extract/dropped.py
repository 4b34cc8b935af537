"""An inbox that tests drop files into."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from provider_runs import Landed, context_for, run

from extract import file_drop
from extract.work import WorkItem

HEADER = "symbol,date,open,high,low,close,volume"
ROW = "AAPL,2026-03-10,254.38,256.86,253.18,256.76,87342859"


class Inbox:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / "inbox"
        self.path.mkdir()

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self, name: str, content: str | bytes, **changes: Any) -> Landed:
        self.put(name, content)
        context = context_for(self.root, **changes)
        return run(file_drop, [self.item(name)], context)

    @staticmethod
    def item(name: str) -> WorkItem:
        return WorkItem("file_drop", "file", (name,), "dropped")


def rows(landed: Landed) -> list[dict[str, Any]]:
    return landed.tables["file_drop_bars"]
