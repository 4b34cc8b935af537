"""The file drop: a file with a good and a bad row, and one that is no table."""

from __future__ import annotations

from pathlib import Path

from cases import Case
from extract.work import WorkItem
from sandbox import Exchange

FILE = "symbol,date,open,high,low,close,volume\nA,2026-03-10,1,2,1,2,9\nA,2026-03-11,x,2,1,2,9\n"


def case(exchange: Exchange, root: Path) -> Case:
    inbox = root / "inbox"
    inbox.mkdir(exist_ok=True)
    (inbox / "good.csv").write_text(FILE)
    (inbox / "bad.csv").write_text("nonsense")
    good, bad = (
        WorkItem("file_drop", "file", (name,), "dropped") for name in ("good.csv", "bad.csv")
    )
    return Case("file_drop", "", [good], bad, "file_drop_bars", "bar_date")
