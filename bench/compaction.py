"""Bytes that a stock takes a day, with a run each quarter of an hour, compacted and before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from bench.builds import finished
from bench.children import Figures
from extract.plan import Choice
from flows.run import run
from flows.tidying import keep_tidy
from sandbox import Exchange
from warehouse import market_hours
from warehouse.database import connect
from warehouse.folder import DataFolder
from warehouse.settings import SandboxSection, Settings

STOCKS = ("AAPL", "MSFT", "NVDA", "AVGO", "ORCL", "TSM", "AMD", "GOOGL", "AMZN", "META")
# A Saturday, so that the history lies in a day of its own.
HISTORY = datetime(2026, 3, 7, 12, 0)
FIRST, DAYS = datetime(2026, 3, 9), 1
STEP = timedelta(minutes=15)


def compaction(root: Path) -> Figures:
    """What sessions add to a folder that holds all history; that does not grow by days."""
    folder = DataFolder(root / "sessions")
    folder.prepare("sandbox")
    stocks = Choice(symbols=STOCKS)
    with Exchange(now=HISTORY, limits=False) as exchange:
        settings = Settings(data_dir=folder.root, sandbox=SandboxSection(url=exchange.url))
        finished(run(settings, choice=stocks))
        exchange.set_clock(HISTORY + timedelta(days=1))
        finished(keep_tidy(settings, steps=("compact",), before=exchange.now().date()).report)
        history = sizes(folder)
        moments = list(quarters())
        for at in moments:
            exchange.set_clock(at)
            finished(run(settings, ("extract", "load"), choice=stocks))
        exchange.set_clock(FIRST + timedelta(days=DAYS, hours=1))
        finished(run(settings, ("load", "build", "publish"), choice=stocks))
        before = sizes(folder)
        day = FIRST.date() + timedelta(days=DAYS)
        done = keep_tidy(settings, steps=("compact",), before=day).compacted.tables.values()
        after = sizes(folder)
    figures = {"stocks": float(len(STOCKS)), "runs": len(moments) / DAYS}
    for when, found in (("before", before), ("after", after)):
        for name, size in found.items():
            figures[f"{name}_{when}"] = (size - history[name]) / (len(STOCKS) * DAYS)
    figures["joined_before"] = float(sum(one.bytes_before for one in done))
    figures["joined_after"] = float(sum(one.bytes_after for one in done))
    figures["files_before"] = float(sum(one.files for one in done))
    figures["files_after"] = float(sum(one.files_after for one in done))
    return figures


def quarters() -> Iterator[datetime]:
    """From the first quarter of each session to the second one after its close."""
    for session in market_hours.sessions("XNYS", FIRST, FIRST + timedelta(days=DAYS)):
        at = session.opens_at + STEP
        while at <= session.closes_at + 2 * STEP:
            yield at
            at += STEP


def sizes(folder: DataFolder) -> dict[str, float]:
    """Landing with its manifest, and the journals, besides the two databases."""
    return {
        "landing": weight(folder.landing),
        "journals": weight(folder.runs) + weight(folder.logs),
        # Blocks that a build has freed are the next one's: they are no growth.
        "warehouse": used(folder.warehouse),
        "published": float(folder.market.resolve().stat().st_size),
    }


def used(path: Path) -> float:
    with connect(path, read_only=True) as connection:
        ((blocks, block_size),) = connection.execute(
            "select used_blocks, block_size from pragma_database_size()"
        ).fetchall()
    return float(blocks * block_size)


def weight(root: Path) -> float:
    return float(sum(path.stat().st_size for path in root.rglob("*") if path.is_file()))
