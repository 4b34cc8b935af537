"""Years of minutes out of Binance's archive: asked for, proven, landed and loaded into raw."""

from __future__ import annotations

import hashlib
import io
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from bench.children import Figures, timed
from extract import fetch, raw_tables
from extract.binance.archives import path_of
from extract.binance.windows import Piece, chunks, month_after
from extract.landing import Landing
from extract.work import WorkItem
from warehouse import clock
from warehouse.folder import DataFolder
from warehouse.settings import LandingSection, Settings

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT")
YEAR = (datetime(2025, 1, 1), datetime(2026, 1, 1))
MINUTE = 60_000_000
SEED = 7
SERVE = "--serve"


def archive_files(root: Path) -> Figures:
    """A year of minutes of each symbol as monthly files, made before anything is timed."""
    rows = size = 0
    draw = np.random.default_rng(SEED)
    for symbol in SYMBOLS:
        month, close = YEAR[0], 100.0
        while month < YEAR[1]:
            piece = Piece(month, month_after(month), "monthly")
            table = made_month(draw, piece, close)
            close = float(table["close"][-1].as_py())
            path = root / "archive" / path_of("klines", symbol, piece, "1m")
            size += write_zip(path, table)
            rows += table.num_rows
            month = piece.end
    return {"rows": rows, "bytes": size}


def made_month(draw: np.random.Generator, piece: Piece, last: float) -> pa.Table:
    count = (piece.end - piece.start) // timedelta(minutes=1)
    close = np.round(last * np.exp(draw.normal(0, 0.0005, count).cumsum()), 2)
    spread = np.round(draw.uniform(0.01, 0.3, count), 2)
    volume = np.round(draw.gamma(2.0, 3.0, count), 5)
    opened_at = np.datetime64(piece.start, "us").astype(np.int64) + np.arange(count) * MINUTE
    return pa.table(
        {
            "open_time": opened_at,
            "open": exact(close),
            "high": exact(close + spread),
            "low": exact(close - spread),
            "close": exact(close),
            "volume": exact(volume),
            "close_time": opened_at + MINUTE - 1,
            "quote_volume": exact(volume * close),
            "trade_count": draw.integers(1, 5000, count),
            "taker_base_volume": exact(volume / 2),
            "taker_quote_volume": exact(volume * close / 2),
            "unused": np.zeros(count, dtype=np.int64),
        }
    )


def exact(values: np.ndarray) -> pa.Array:
    return pa.array(np.round(values, 5)).cast(pa.decimal128(24, 8), safe=False)


def write_zip(path: Path, table: pa.Table) -> int:
    lines = io.BytesIO()
    pa_csv.write_csv(table, lines, pa_csv.WriteOptions(include_header=False))
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        archive.writestr(path.with_suffix(".csv").name, lines.getvalue())
    content = path.read_bytes()
    checksum = path.with_name(path.name + ".CHECKSUM")
    checksum.write_text(f"{hashlib.sha256(content).hexdigest()}  {path.name}\n")
    return len(content)


def archives(root: Path) -> Figures:
    """The product's own way, over a socket; its peak of memory is that of this process."""
    folder = DataFolder(root / "from-archives")
    folder.prepare("real")
    settings = Settings(data_dir=folder.root, landing=LandingSection())
    landing = Landing(folder)
    with served(root / "archive") as url:
        settings.providers.binance.base_url = settings.providers.binance.archive_url = url
        fetching = timed(lambda: ended_well(fetch.fetch(settings, landing, 1, work())))
    loading = timed(lambda: raw_tables.load(folder, landing))
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        held = connection.execute("select count(*) from raw.binance_bars").fetchone()
    return {
        "rows": float(held[0]) if held else 0.0,
        "seconds": fetching + loading,
        "fetch_seconds": fetching,
        "load_seconds": loading,
    }


def work() -> list[WorkItem]:
    return [
        WorkItem("binance", "bars", (symbol,), "missing", number, "1m", start, end)
        for number, symbol in enumerate(SYMBOLS, start=1)
        for start, end in chunks("1m", *YEAR, clock.now())
    ]


def ended_well(done: fetch.Fetched) -> None:
    assert not done.failures, done.failures[0].detail


def archives_bare(root: Path) -> Figures:
    """What it costs when the files are here already and nothing is proven, landed or typed."""
    return {"seconds": timed(lambda: bare_reading(root / "archive", root / "bare.duckdb"))}


def bare_reading(archive: Path, database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        for number, path in enumerate(sorted(archive.rglob("*.zip"))):
            with zipfile.ZipFile(path) as held:
                held.extractall(archive)
                csv = archive / held.namelist()[0]
            verb = "insert into bars" if number else "create table bars as"
            connection.execute(f"{verb} select * from read_csv('{csv}', header = false)")
            csv.unlink()
        connection.execute("checkpoint")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A file server in a process of its own, so that it weighs nothing here."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bench.archives", SERVE, str(folder), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            server.stdout.readline()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


class Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass


def serve(folder: str, port: int) -> None:
    with ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=folder)) as server:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[2], int(sys.argv[3]))
