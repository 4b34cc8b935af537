"""`make as-of`: as-of answers against warehouses built only from files accepted before.

A sandbox folder lives through some days: restated bars, a split whose event comes late, holes that
fill, symbols that join. After each run what its warehouse shows is kept; in the end the newest
warehouse is asked, at random instants, what it knew then.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console

from extract import raw_tables, universe
from extract.landing import Landing
from extract.manifest import ManifestLine
from extract.plan import Choice
from flows.origin import pointed_at
from flows.run import run
from sandbox import Exchange
from warehouse import clock, dbt_runner
from warehouse.folder import DataFolder
from warehouse.settings import Settings

STARTED_AT = datetime(2026, 2, 12, 15, 0)
SYMBOLS = ("AAPL", "MSFT", "TSM", "NVDA", "AMD", "SPX", "BTCUSDT")
LATER_SYMBOL = "TSLA"
BARS = (
    "instrument_id, symbol, session_date, opened_at, closed_at, open, high, low, close, volume,"
    " open_raw, high_raw, low_raw, close_raw, volume_raw, close_total_return, vwap, trade_count,"
    " currency, provider, version_number, is_partial, status, known_seq, known_at, settles_at,"
    " request_id, file_seq, row_number"
)
SHOWN = {
    "bars": f"select '1d' as interval, {BARS} from {{0}}daily_bars"
    f" union all select interval, {BARS} from {{0}}intraday_bars",
    "indicators": "select * from {0}technical_indicators",
    "universe": "select * from {0}instruments",
}
ASKED = {
    "bars": f"select interval, {BARS} from bars_as_of(?)",
    "indicators": "select * from indicators_as_of(?)",
    "universe": "select * from universe_as_of(?)",
}
EVENTS = """\
split_lag,TSM,2026-02-17,2026-02-18T16:00,event
restated,AAPL,2026-02-12,2026-02-17T12:00,1.01 0.9
restated,NVDA,2026-02-13,2026-02-19T12:00,0.99 1.2
hole,AMD,2026-02-13T15:00,2026-02-13T18:00,1h 2026-02-18T12:00
"""
# The tests of what the questions are about need rows that are in quarantine.
SELECTED = (
    "tag:staging +technical_indicators +intraday_bars +instruments +quarantined_rows"
    " tag:as_of,resource_type:model"
)
CONSOLE = Console(highlight=False, soft_wrap=True)


@dataclass
class Verdict:
    """What the questions came to."""

    questions: int
    states: int
    rows: int
    differences: int

    def line(self) -> str:
        word = "ok" if not self.differences else "FALLS SHORT"
        return (
            f"as-of: {word}: {self.questions} questions over {self.states} states of knowledge,"
            f" {self.rows:,} rows compared, {self.differences} differences"
        )


def events() -> Iterator[dict[str, str]]:
    for line in EVENTS.splitlines():
        yield dict(zip(("kind", "symbol", "on", "until", "value"), line.split(","), strict=True))


def live(root: Path, runs: int) -> tuple[DataFolder, Path]:
    """Some days of a sandbox folder; every state of knowledge is kept as a copy."""
    folder = DataFolder(root / "life")
    folder.prepare("sandbox")
    kept = root / "kept"
    kept.mkdir()
    with Exchange(now=STARTED_AT, events=list(events())) as exchange:
        for number in range(runs):
            now = STARTED_AT + number * timedelta(hours=13)
            exchange.set_clock(now)
            settings = pointed_at(Settings(data_dir=folder.root), exchange.url)
            settings.sandbox.url = exchange.url
            clock.use(exchange.now)
            if number == runs // 2:
                universe.add(folder, [LATER_SYMBOL])
            symbols = SYMBOLS + ((LATER_SYMBOL,) if number >= runs // 2 else ())
            report = run(settings, ("extract",), Choice(symbols, intervals=("1d", "1h")))
            if report.errors:
                raise report.errors[0]
    clock.use(None)
    return folder, kept


def groups(folder: DataFolder) -> list[list[ManifestLine]]:
    return list(Landing(folder).manifest.groups())


def build_states(folder: DataFolder, kept: Path) -> list[datetime]:
    """Load and build one group of files after the other; when each group was accepted whole."""
    manifest = folder.landing / "manifest.jsonl"
    lines = manifest.read_bytes().splitlines(keepends=True)
    accepted: list[datetime] = []
    folder.warehouse.unlink(missing_ok=True)
    for number, group in enumerate(groups(folder)):
        manifest.write_bytes(b"".join(lines[: group[-1].file_seq]))
        raw_tables.load(folder, Landing(folder))
        dbt_runner.build(folder, "dev", select=SELECTED)
        _keep(folder, kept / f"{number}.duckdb")
        accepted.append(group[-1].accepted_at)
        manifest.write_bytes(b"".join(lines))
    return accepted


def _keep(folder: DataFolder, path: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as kept")
        connection.execute(f"attach '{folder.warehouse}' as life (read_only)")
        connection.execute("use life")
        for name, query in SHOWN.items():
            connection.execute(f"create table kept.main.{name} as {query.format('')}")


def ask(
    folder: DataFolder, kept: Path, accepted: list[datetime], questions: int, seed: int
) -> Verdict:
    drawn = random.Random(seed)
    span = accepted[-1] - accepted[0] + timedelta(hours=2)
    verdict = Verdict(questions, len(accepted), 0, 0)
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for _ in range(questions):
            if drawn.random() < 0.3:
                instant = drawn.choice(accepted) + timedelta(microseconds=drawn.choice([-1, 0, 1]))
            else:
                instant = accepted[0] + drawn.random() * span
            state = sum(one <= instant for one in accepted) - 1
            name = drawn.choice(list(ASKED))
            answer = connection.execute(ASKED[name], [instant]).to_arrow_table()
            verdict.rows += answer.num_rows
            if state < 0:
                verdict.differences += answer.num_rows if name != "universe" else 0
                continue
            verdict.differences += _differences(answer, kept / f"{state}.duckdb", name)
    return verdict


def _differences(answer: Any, path: Path, name: str) -> int:
    """Rows that are not the same; indicators are computed as SQL here and by the kernel there,
    and may differ in the last digits of their doubles."""
    with duckdb.connect(str(path), read_only=True) as kept:
        kept.register("answer", answer)
        if name == "indicators":
            apart = " or ".join(
                f"not coalesce(abs(answer.{column} - held.{column})"
                f" <= 1e-9 * greatest(abs(held.{column}), 1e-2),"
                f" answer.{column} is not distinct from held.{column})"
                if str(kind) == "double" or str(kind).startswith("decimal")
                else f"answer.{column} is distinct from held.{column}"
                for column, kind in zip(answer.schema.names, answer.schema.types, strict=True)
            )
            query = (
                f"select count(*) from answer full outer join {name} as held"
                f" using (instrument_id, date) where {apart}"
            )
        else:
            query = (
                f"select (select count(*) from (from answer except all from {name}))"
                f" + (select count(*) from (from {name} except all from answer))"
            )
        row = kept.execute(query).fetchone()
        return int(row[0]) if row else 1


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.as_of")
    arguments.add_argument("--runs", type=int, default=16)
    arguments.add_argument("--questions", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=7)
    chosen = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tapehouse-as-of-") as root:
        folder, kept = live(Path(root), chosen.runs)
        accepted = build_states(folder, kept)
        verdict = ask(folder, kept, accepted, chosen.questions, chosen.seed)
    CONSOLE.print(verdict.line())
    sys.exit(0 if not verdict.differences else 1)


if __name__ == "__main__":
    main()
