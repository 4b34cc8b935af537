"""Seconds of a full and of an incremental build, on bars of the sandbox exchange."""

from __future__ import annotations

from pathlib import Path

from bench.children import Figures
from extract.plan import Choice
from flows.run import Report, run
from publish import open_market
from warehouse.errors import TapehouseError
from warehouse.folder import DataFolder
from warehouse.settings import LandingSection, Settings

SYMBOLS = ("AAPL", "MSFT", "NVDA", "TSM", "AIQ", "SPX", "GOLD", "US10Y", "BTCUSDT", "ETHUSDT")
SLOWEST = 8
NODE = "node:"
BARS = "select (select count(*) from daily_bars) + (select count(*) from intraday_bars)"


def built_folder(root: Path) -> DataFolder:
    return DataFolder(root / "market")


def builds(root: Path) -> Figures:
    """A first run builds all there is, a second one what a quarter of an hour brought."""
    folder = built_folder(root)
    folder.prepare("sandbox")
    settings = Settings(data_dir=folder.root, landing=LandingSection())
    first = finished(run(settings, choice=Choice(symbols=SYMBOLS)))
    bars = count(folder)
    second = finished(run(settings, choice=Choice(symbols=SYMBOLS)))
    figures = {"bars": bars, "new_bars": count(folder) - bars}
    for name, report in (("full", first), ("incremental", second)):
        for step in report.steps:
            if step.ended_at:
                seconds = (step.ended_at - step.started_at).total_seconds()
                figures[f"{name}_{step.step}_seconds"] = seconds
        figures[f"{name}_node_seconds"] = sum(report.node_seconds.values())
        slowest = sorted(report.node_seconds.items(), key=lambda one: -one[1])[:SLOWEST]
        figures |= {f"{NODE}{name}:{node}": seconds for node, seconds in slowest}
    return figures


def finished(report: Report) -> Report:
    if report.errors:
        raise report.errors[0]
    if report.failures:
        raise TapehouseError(f"{len(report.failures)} units failed: {report.failures[0].detail}")
    return report


def count(folder: DataFolder) -> float:
    with open_market(folder.market).connection as connection:
        row = connection.execute(BARS).fetchone()
    return float(row[0]) if row else 0.0


def idle(root: Path) -> Figures:
    """What a process weighs that has only imported what a run imports."""
    from importlib import import_module

    for name in ("dlt", "dbt.cli.main", "dbt.adapters.duckdb", "extract.yahoo", "extract.binance"):
        import_module(name)
    return {}
