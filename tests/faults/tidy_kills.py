"""`python -m tests.faults.tidy_kills`: kill compaction and retention at every step, then judge.

One process imports all and opens no database; each subject is a fork of it in a fresh folder. Kills
come before and after each call by which a file system is changed, and amid what is written.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console

from extract import raw_tables
from extract.compaction import drops, healing, joining, moving, packing, record, retention
from extract.landing import Landing
from extract.schemas import arrow_schema
from warehouse import clock, database
from warehouse.folder import DataFolder

DAYS = 3
NOW = datetime(2026, 3, 20, 15, 0)
FIRST = datetime(2026, 3, 10, 15, 0)
KEPT = {"yahoo_quotes": 5}
TABLES = ("yahoo_quotes", "yahoo_splits", "requests")
DEEPEST = 3

console = Console(highlight=False)


def rows_of(name: str, number: int) -> pa.Table:
    """Two calls of which one is for quotes, a quote and a split; most columns stay empty."""
    schema = arrow_schema(name, landed=False)
    made: dict[str, list[dict[str, Any]]] = {
        "yahoo_quotes": [{"request_id": number * 10, "symbol": "AAPL", "price": 1.5 + number}],
        "yahoo_splits": [
            {"request_id": number * 10 + 1, "symbol": f"S{row}", "ratio": 2.0} for row in range(9)
        ],
        "requests": [
            {"request_id": number * 10 + one, "run_id": 1, "provider": "yahoo", "endpoint": name}
            for one, name in enumerate(("quotes", "actions"))
        ],
    }
    full = [{field: row.get(field) for field in schema.names} for row in made[name]]
    return pa.Table.from_pylist(full, schema=schema)


def prepared(folder: DataFolder) -> None:
    """Days of small files, loaded; the oldest quotes of them are due to go."""
    folder.prepare("sandbox")
    landing = Landing(folder)
    for number in range(DAYS * 2):
        at = (FIRST if number < 4 else NOW - timedelta(days=1)) + timedelta(
            days=number // 2 if number < 4 else 0, minutes=number
        )
        clock.use(lambda at=at: at)  # type: ignore[misc]
        landing.accept(1, [(name, rows_of(name, number)) for name in TABLES])
    raw_tables.load(folder, landing)


def tidy(folder: DataFolder) -> None:
    """What `tapehouse compact`, `retention` and the load after them do to landing and raw."""
    clock.use(lambda: NOW)
    landing = Landing(folder)
    with moving.tidier(folder):
        healing.heal_held(landing)
        joining.compact(landing, 9, date(2026, 3, 20))
        retention.retain(landing, 9, KEPT)
    raw_tables.load(folder, landing)


def contents(folder: DataFolder) -> dict[str, str]:
    with database.connect(folder.warehouse) as connection:
        return {
            table: repr(connection.execute(f"select * from raw.{table} order by all").fetchall())
            for table in ("landing_files", *TABLES)
        }


class Moments:
    """Counts the steps at which a kill could come, and kills at one of them."""

    def __init__(self, at: int) -> None:
        self.at, self.count, self.name = at, 0, ""

    def moment(self, name: str) -> None:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def watched(*given: Any, **named: Any) -> Any:
            self.moment(f"before {name}")
            answer = real(*given, **named)
            self.moment(f"after {name}")
            return answer

        setattr(owner, name, watched)

    def amid(self, owner: Any, name: str, half: Callable[..., None]) -> None:
        """Also leave a half of what is written, as a kill amid it would."""
        real = getattr(owner, name)

        def watched(*given: Any) -> Any:
            if self.count + 1 == self.at:
                half(real, *given)
            self.moment(f"amid {name}")
            return real(*given)

        setattr(owner, name, watched)

    def watch(self) -> None:
        for name in ("fsync", "replace", "unlink"):
            self.around(os, name)
        for name in ("insert", "_delete"):
            self.around(drops, name)
        self.amid(
            record, "append_whole", lambda real, path, text: real(path, text[: len(text) // 2])
        )
        self.amid(packing, "write", _half_file)


def _half_file(real: Callable[..., None], path: Path, table: pa.Table) -> None:
    real(path, table)
    os.truncate(path, path.stat().st_size // 2)


def forked(work: Callable[[], None]) -> int:
    """Run it in a fork; return its exit code, below zero for the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            console.print_exception()
        finally:
            sys.stdout.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(folder: DataFolder, at: int) -> int:
    def work() -> None:
        moments = Moments(at)
        moments.watch()
        tidy(folder)

    return forked(work)


def judged(folder: DataFolder, expected: Path) -> int:
    """Whatever was accepted is there, and what is rebuilt is what an undisturbed one came to."""

    def work() -> None:
        clock.use(lambda: NOW)
        assert repr(contents(folder)) == expected.read_text(), "raw is not as it must be"
        landing = Landing(folder)
        gone = [line.path for line in landing.manifest.lines() if landing.damage(line)]
        assert not gone, f"lost: {gone}"
        left = [path for pattern in ("*.tmp", "*.wal") for path in folder.root.rglob(pattern)]
        named = {move.path for move in landing.moved.moves()}
        left += [
            path
            for path in folder.landing.rglob("*-*.parquet")
            if path.relative_to(folder.landing).as_posix() not in named
        ]
        assert not left, f"left over: {left}"
        folder.warehouse.unlink()
        raw_tables.load(folder, landing)
        assert repr(contents(folder)) == expected.read_text(), "rebuilt it is another one"
        before = [(path, path.read_bytes()) for path in sorted(folder.landing.rglob("*.*"))]
        tidy(folder)
        assert before == [(path, path.read_bytes()) for path in sorted(folder.landing.rglob("*.*"))]

    return forked(work)


def sound(folder: DataFolder) -> int:
    """Right after a kill and before anything heals, no accepted row is out of reach."""

    def work() -> None:
        landing = Landing(folder)
        for line in landing.manifest.lines():
            assert landing.read(line).num_rows == landing.held_rows(line), line.path

    return forked(work)


def sweep(root: Path, every: int, chains: int = 0) -> tuple[int, int, int]:
    """Kills, and how many of them lost or left something; the last kill point there is."""
    template, expected = DataFolder(root / "template"), root / "expected"
    assert forked(lambda: prepared(template)) == 0
    calm = DataFolder(root / "calm")
    shutil.copytree(template.root, calm.root)

    def undisturbed() -> None:
        tidy(calm)
        expected.write_text(repr(contents(calm)))

    assert forked(undisturbed) == 0
    kills = wrong = at = 0
    while True:
        at += every if at else 1
        folder = DataFolder(root / "subject")
        shutil.rmtree(folder.root, ignore_errors=True)
        shutil.copytree(template.root, folder.root)
        code = killed(folder, at)
        if code == 0:
            return kills, wrong, at
        kills += 1
        bad = code != -signal.SIGKILL or sound(folder) != 0
        # The run that heals is killed as well, at ever other moments.
        for depth in range(chains):
            if killed(folder, 1 + (at * 7 + depth * 13) % 40) != 0:
                kills += 1
        if bad or killed(folder, 0) != 0 or judged(folder, expected) != 0:
            wrong += 1
            console.print(f"moment {at}: BAD, kept in {folder.root}")
            shutil.move(folder.root, root / f"bad-{at}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.tidy_kills", description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth moment")
    parser.add_argument("--chains", type=int, default=DEEPEST - 1, help="kills of what heals")
    given = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="tapehouse-tidy-"))
    kills, wrong, last = sweep(root, given.every, given.chains)
    if not wrong:
        shutil.rmtree(root)
    console.print(f"tidying: {kills} kills at moments 1 to {last}, {wrong} lost, doubled or stuck")
    sys.exit(1 if wrong or not kills else 0)


if __name__ == "__main__":
    main()
