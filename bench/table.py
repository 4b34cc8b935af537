"""The figures as one table, each beside its peer, and as a file that a page can be written from."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table

from bench.builds import NODE
from bench.children import Figures
from warehouse import clock

LATEST = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Line:
    """One figure and what it is compared with."""

    figure: str
    value: float
    unit: str
    peer: str
    peer_value: float

    @property
    def ratio(self) -> float:
        return self.value / self.peer_value if self.peer_value else float("nan")


def lines(measured: Mapping[str, Figures]) -> Iterator[Line]:
    if "landing" in measured:
        yield from of_bars(measured)
    if "archives" in measured:
        yield from of_archives(measured["archives"], measured["archives_bare"])
    if "compaction" in measured:
        yield from of_compaction(measured["compaction"])
    if "indicators" in measured:
        yield from of_indicators(measured)
    if "updates" in measured:
        yield from of_updates(measured["updates"])
    if {"indicators", "large_indicators"} <= measured.keys():
        yield from of_large(measured)
    if "exports_csv" in measured:
        yield from of_exports(measured)


PEERS = {
    "talib": "TA-Lib, read and written back",
    "polars": "polars expressions",
    "polars_talib": "polars-talib",
    "pandas_ta": "pandas-ta",
    "recursion": "one recursive query for one average, extrapolated",
    "floor": "writing again what we store",
}


def of_indicators(measured: Mapping[str, Figures]) -> Iterator[Line]:
    ours = measured["indicators"]
    for name, peer in PEERS.items():
        if f"indicators_{name}" in measured:
            yield Line(
                f"12 indicators of {ours['bars']:,.0f} bars", ours["seconds"], "s",
                peer, measured[f"indicators_{name}"]["seconds"],
            )  # fmt: skip
    yield Line(
        "all families of indicators of them", measured["indicators_all"]["seconds"], "s",
        "the 12", ours["seconds"],
    )  # fmt: skip
    yield Line(
        "peak memory of the 12", ours["peak_mb"], "MB",
        "of TA-Lib", measured["indicators_talib"]["peak_mb"],
    )  # fmt: skip


def of_exports(measured: Mapping[str, Figures]) -> Iterator[Line]:
    for name, told in (("csv", "CSV"), ("parquet", "Parquet")):
        ours, bare = measured[f"exports_{name}"], measured[f"exports_{name}_bare"]
        yield Line(
            f"{ours['rows']:,.0f} bars in order as {told}", ours["seconds"], "s",
            "a bare COPY", bare["seconds"],
        )  # fmt: skip
        yield Line("peak memory of it", ours["peak_mb"], "MB", "of the COPY", bare["peak_mb"])


ALLOWED_SECONDS, ALLOWED_MB = 30.0, 1024.0


def of_archives(archives: Figures, bare: Figures) -> Iterator[Line]:
    bars = f"{archives['rows']:,.0f} minute bars from archives"
    yield Line(bars, archives["seconds"], "s", "allowed", ALLOWED_SECONDS)
    yield Line(
        "of it fetching, proving and landing",
        archives["fetch_seconds"],
        "s",
        "unzipping them and a bare insert",
        bare["seconds"],
    )
    yield Line("peak memory of it", archives["peak_mb"], "MB", "allowed", ALLOWED_MB)


def of_compaction(sizes: Figures) -> Iterator[Line]:
    """Per stock and day; what each part of a folder grows by."""
    parts = {
        "landing": "landing and its manifest",
        "journals": "journals of runs and logs",
        "warehouse": "the warehouse",
        "published": "a published copy",
    }
    for name, words in parts.items():
        yield Line(
            f"{words}, a stock and day", sizes[f"{name}_after"] / 1000, "kB",
            "before compaction", sizes[f"{name}_before"] / 1000,
        )  # fmt: skip
    after, before = (
        sum(sizes[f"{name}_{when}"] for name in parts) / 1000 for when in ("after", "before")
    )
    yield Line("all of it, a stock and day", after, "kB", "before compaction", before)
    yield Line(
        "landing files of the day", sizes["joined_after"] / 1000, "kB",
        f"{sizes['files_before']:,.0f} files, now {sizes['files_after']:,.0f}",
        sizes["joined_before"] / 1000,
    )  # fmt: skip


def of_updates(updates: Figures) -> Iterator[Line]:
    yield Line(
        "one new bar of 500 series after 20 years", updates["update_20"], "s",
        "after one year", updates["update_1"],
    )  # fmt: skip
    yield Line("all 20 years anew", updates["rebuild_20"], "s", "one new bar", updates["update_20"])


def of_large(measured: Mapping[str, Figures]) -> Iterator[Line]:
    large, ours = measured["large_indicators"], measured["indicators"]
    bars = f"12 indicators of {measured['large_market']['bars']:,.0f} bars"
    yield Line(bars, large["seconds"], "s", "of a tenth of them", ours["seconds"])
    yield Line(
        f"peak memory of {bars}", large["peak_mb"], "MB",
        "of it what DuckDB was allowed", large["limit_mb"],
    )  # fmt: skip


def of_bars(measured: Mapping[str, Figures]) -> Iterator[Line]:
    landing, loading, dicts = (measured[name] for name in ("landing", "loading", "dicts"))
    builds, storage, idle = (measured[name] for name in ("builds", "storage", "idle"))
    rows = landing["rows"]
    slow = dicts["rows"] / dicts["seconds"]
    yield Line(
        "Arrow rows accepted by landing", rows / landing["seconds"], "rows/s",
        "bare Parquet file, not synced or hashed", rows / landing["bare_seconds"],
    )  # fmt: skip
    yield Line(
        "landed rows loaded into raw", rows / loading["seconds"], "rows/s",
        "bare insert from the same file", rows / loading["floor_seconds"],
    )  # fmt: skip
    both = landing["seconds"] + loading["seconds"]
    yield Line(
        "Arrow rows to queryable raw", rows / both, "rows/s",
        f"dlt with dicts, {dicts['rows']:,.0f} rows", slow,
    )  # fmt: skip
    yield Line(
        f"the same for {rows:,.0f} rows", both, "s",
        "dlt with dicts, extrapolated", rows / slow,
    )  # fmt: skip
    yield Line(
        f"full build, {builds['bars']:,.0f} bars", builds["full_build_seconds"], "s",
        "dbt's time in its nodes, two threads", builds["full_node_seconds"],
    )  # fmt: skip
    yield Line(
        f"build after {builds['new_bars']:,.0f} new bars", builds["incremental_build_seconds"],
        "s", "the full build", builds["full_build_seconds"],
    )  # fmt: skip
    yield Line(
        "time in its nodes", builds["incremental_node_seconds"], "s",
        "in those of the full build", builds["full_node_seconds"],
    )  # fmt: skip
    yield Line(
        f"explain, median of {measured['tracing']['cells']:,.0f} random cells",
        measured["tracing"]["median_ms"], "ms", "the slowest of them",
        measured["tracing"]["worst_ms"],
    )  # fmt: skip
    yield Line(
        "fetching all of it", builds["full_extract_seconds"], "s",
        "fetching what is new", builds["incremental_extract_seconds"],
    )  # fmt: skip
    yield Line(
        "peak memory of two whole runs", builds["peak_mb"], "MB",
        "the same imports, idle", idle["peak_mb"],
    )  # fmt: skip
    yield Line(
        f"peak memory of loading {rows:,.0f} rows", loading["peak_mb"], "MB",
        "the same imports, idle", idle["peak_mb"],
    )  # fmt: skip
    for figure, name in (("landing file", "landing"), ("raw table", "raw")):
        yield Line(f"{figure} at rest", storage[name], "bytes/bar", "as CSV", storage["csv"])
    yield Line(
        "published copy, raw and all marts", storage["market"], "bytes/bar",
        "one raw row as CSV", storage["csv"],
    )  # fmt: skip


def show(measured: Mapping[str, Figures]) -> None:
    found = list(lines(measured))
    table = Table("figure", "value", "compared with", "value", "ratio", title="Tapehouse")
    for column in (1, 3, 4):
        table.columns[column].justify = "right"
    for line in found:
        value, peer = (f"{number(one)} {line.unit}" for one in (line.value, line.peer_value))
        table.add_row(line.figure, value, line.peer, peer, f"{line.ratio:.2f}")
    console = Console(highlight=False, width=max(Console().width, 110))
    console.print(table)
    if "builds" in measured:
        console.print(slowest_nodes(measured["builds"]))
    total = sum(figures["wall_seconds"] for figures in measured.values())
    console.print(f"measured in {total:.0f} s on {os.cpu_count()} cores; figures in {LATEST.name}")
    LATEST.parent.mkdir(exist_ok=True)
    kept = {
        "measured_at": clock.system_now().isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "lines": [asdict(line) | {"ratio": line.ratio} for line in found],
        "measured": measured,
    }
    LATEST.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def slowest_nodes(builds: Figures) -> Table:
    """Where the builds spend their time; both columns hold the slowest of their own build."""
    table = Table("node", "full, s", "incremental, s", title="Slowest nodes of the builds")
    keys = [key.removeprefix(NODE).split(":", 1) for key in builds if key.startswith(NODE)]
    for node in dict.fromkeys(node for _, node in keys):
        found = [builds.get(f"{NODE}{name}:{node}") for name in ("full", "incremental")]
        table.add_row(node, *("" if one is None else f"{one:.1f}" for one in found))
    return table


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.1f}"
