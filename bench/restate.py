"""`make restate`: corrections among jittered re-reads; which of them became restatements.

A correction counts as found when every field it changed has a restatement of its size at the read
that first showed it (a re-read on another split basis waits for the split or for three days).
Whatever else is restated is false, drifting closes apart: each of those must be caught.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console

from bench.rereads import READS, Correction, History, symbol
from extract import raw_tables, reference, universe
from extract.landing import Landing
from extract.request_log import RequestLog, RequestRecord
from warehouse import clock, database, dbt_runner, market_hours
from warehouse.folder import DataFolder

FIRST, LAST = datetime(2024, 2, 1), datetime(2026, 1, 31)
SIZE_TOLERANCE = 4e-6
CONSOLE = Console(highlight=False, soft_wrap=True)
Key = tuple[int, int, str]


@dataclass
class Verdict:
    """What the harness counts."""

    readings: int
    corrections: int
    found: int
    restated: int
    false: int
    drifts: int
    drifts_caught: int
    basis_conflicts: int

    @property
    def passed(self) -> bool:
        return (
            self.found == self.corrections and not self.false and self.drifts_caught == self.drifts
        )

    def line(self) -> str:
        return (
            f"restate: {'ok' if self.passed else 'FALLS SHORT'}: {self.corrections:,} corrections"
            f" among {self.readings:,} re-reads: recall {self.found / self.corrections:.4f}, false"
            f" restatements {self.false}; {self.drifts_caught} of {self.drifts} drifts caught;"
            f" {self.basis_conflicts:,} readings on another split basis set aside"
        )


def restate(
    root: Path, instruments: int, sessions: int, corrections: int, drifts: int, seed: int
) -> Verdict:
    folder = DataFolder(root)
    folder.prepare("sandbox")
    landing = Landing(folder)
    days = list(market_hours.sessions("XNYS", FIRST, LAST))[-sessions:]
    history = History(seed, days, instruments, corrections, drifts)
    reads: dict[int, int] = {}
    try:
        for read in range(READS):
            now = history.asked_at(read)
            clock.use(lambda now=now: now)  # type: ignore[misc]
            if read == 0:
                universe.add(folder, [symbol(number) for number in range(instruments)])
                reference.land_sessions(landing, 1)
                reference.land_personal_universe(landing, 1)
            reads[_land(landing, history, read)] = read
            raw_tables.load(folder, landing)
            dbt_runner.build(folder, "dev", select="tag:staging +restatements +quarantined_rows")
            CONSOLE.print(f"read {read + 1} of {READS} built")
    finally:
        clock.use(None)
    return _judged(folder, history, reads, instruments * sessions * (READS - 1))


def _land(landing: Landing, history: History, read: int) -> int:
    log = RequestLog(read + 1)
    request_id = log.next_id()
    tables = [
        ("yahoo_splits", history.events(read, request_id)),
        ("yahoo_bars", history.bars(read, request_id)),
    ]
    log.add(
        RequestRecord(
            request_id, read + 1, "yahoo", "bars", "re-read", None, "", "1d", "settle", "",
            1, clock.now(), outcome="ok", row_count=sum(table.num_rows for _, table in tables),
        )
    )  # fmt: skip
    return landing.accept(read + 1, [*tables, ("requests", log.drain())])[0].file_seq


def _judged(folder: DataFolder, history: History, reads: dict[int, int], readings: int) -> Verdict:
    with database.connect(folder.warehouse, read_only=True) as connection:
        rows = connection.execute(
            "select symbol, session_date, field, relative_change, known_seq, was_final"
            " from restatements"
        ).fetchall()
        conflicts = connection.execute(
            "select count(*) from quarantined_rows where rule = 'basis_conflict'"
        ).fetchone()
    numbers = {symbol(number): number for number in range(history.shape[0])}
    days = {one.session_date: place for place, one in enumerate(history.sessions)}
    found: dict[Key, list[tuple[float, int, bool]]] = {}
    for name, day, field, change, known_seq, was_final in rows:
        key = (numbers[name], days[day], field)
        found.setdefault(key, []).append((change, reads[known_seq], was_final))
    right = [one for one in history.corrections if _is_found(one, found, len(days))]
    expected = {(one.instrument, one.session, name) for one in right for name in one.fields}
    drifting = {(*cell, "close") for cell in history.drifting}
    false = sum(len(rows) for key, rows in found.items() if key not in expected | drifting)
    return Verdict(
        readings=readings,
        corrections=len(history.corrections),
        found=len(right),
        restated=len(rows),
        false=false,
        drifts=len(drifting),
        drifts_caught=sum(key in found for key in drifting),
        basis_conflicts=int(conflicts[0]) if conflicts else 0,
    )


def _is_found(one: Correction, found: dict[Key, list[Any]], sessions: int) -> bool:
    """Once for each field, at its time, of its size, and rightly called final or not."""
    for name in one.fields:
        rows = found.get((one.instrument, one.session, name), [])
        if len(rows) != 1:
            return False
        change, read, was_final = rows[0]
        final = one.session < sessions - 1 or read > 1
        if abs(change - one.size) > SIZE_TOLERANCE or was_final is not final:
            return False
        if not one.read <= read <= one.latest_read:
            return False
    return True


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m bench.restate")
    arguments.add_argument("--instruments", type=int, default=200)
    arguments.add_argument("--sessions", type=int, default=500)
    arguments.add_argument("--corrections", type=int, default=10_000)
    arguments.add_argument("--drifts", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=7)
    chosen = vars(arguments.parse_args())
    started = clock.monotonic()
    with tempfile.TemporaryDirectory(prefix="tapehouse-restate-") as root:
        verdict = restate(Path(root), **chosen)
    took = timedelta(seconds=round(clock.monotonic() - started))
    CONSOLE.print(f"seed {chosen['seed']}, {verdict.restated:,} restated fields, {took}")
    CONSOLE.print(verdict.line())
    sys.exit(0 if verdict.passed else 1)


if __name__ == "__main__":
    main()
