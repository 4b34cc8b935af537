"""The data folder: lock, landing, warehouse, published copy, budgets."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import duckdb

from extract.landing import Landing
from extract.manifest import ManifestLine
from flows.doctor.findings import Found, Patient, folder_of
from publish import open_market
from warehouse import clock, database, market_hours
from warehouse.errors import BusyError, TapehouseError
from warehouse.lock import holder_of, writer_lock_path

READ_AT_MOST = 256 * 1024 * 1024
NEWEST = """
select max(bar_versions.closed_at) from bar_versions
inner join instruments on bar_versions.instrument_id = instruments.instrument_id
where instruments.calendar = 'XNYS' and bar_versions.closed_at <= $now
"""


def lock(patient: Patient) -> Iterator[Found]:
    folder = folder_of(patient)
    if folder is None:
        yield Found("data folder", "ok", "not used yet; `make demo` or `tapehouse run` begins it")
        return
    yield Found("data folder", "ok", f"{folder.root} ({folder.origin or 'no data yet'})")
    holder = holder_of(writer_lock_path(folder.root))
    if holder is None:
        yield Found("writer", "ok", "nobody holds the lock")
        return
    minutes = (clock.system_now() - holder.since).total_seconds() / 60
    said = f"{holder}: {minutes:,.0f} minutes"
    if minutes >= patient.alerts.rules.writer_stuck.minutes:
        mend = f"look what process {holder.pid} does; when it ends or is ended, the lock is free"
        yield Found("writer", "warn", said, mend)
    else:
        yield Found("writer", "ok", said)


def landing(patient: Patient) -> Iterator[Found]:
    """The manifest's chain is whole, and the newest files, or all, have the bytes it says."""
    folder = folder_of(patient)
    if folder is None or not (folder.landing / "manifest.jsonl").exists():
        yield Found("landing", "ok", "nothing is landed yet")
        return
    landed = Landing(folder)
    try:
        lines = list(landed.manifest.lines())
    except TapehouseError as error:
        yield Found("landing", "bad", error.message, error.next_step)
        return
    chosen = lines if patient.reads_all else _newest(lines)
    damaged = [(line, said) for line in chosen if (said := landed.damage(line))]
    if damaged:
        line, reason = damaged[0]
        said = f"{len(damaged)} of {len(chosen)} files are damaged: {line.path}: {reason}"
        mend = "restore them from a backup, or `tapehouse run`: what is not held is asked again"
        yield Found("landing", "bad", said, mend)
        return
    read = "all" if len(chosen) == len(lines) else f"the newest {len(chosen):,}"
    yield Found("landing", "ok", f"{len(lines):,} files in a whole chain, {read} read and right")


def _newest(lines: list[ManifestLine]) -> list[ManifestLine]:
    found: list[ManifestLine] = []
    size = 0
    for line in reversed(lines):
        size += line.byte_count
        if size > READ_AT_MOST and found:
            break
        found.append(line)
    return found


def warehouse(patient: Patient) -> Iterator[Found]:
    folder = folder_of(patient)
    if folder is None or not folder.warehouse.exists():
        yield Found("warehouse", "ok", "not built yet")
        return
    if holder_of(writer_lock_path(folder.root)):
        yield Found("warehouse", "not checked", "somebody writes it")
        return
    if (log := Path(f"{folder.warehouse}.wal")).exists():
        said = f"{log.name} lies there: a writer was killed"
        yield Found("warehouse", "warn", said, "`tapehouse run` replays it before it begins")
        return
    try:
        with database.connect(folder.warehouse, read_only=True) as connection:
            connection.execute("select 1 from information_schema.tables limit 1").fetchall()
        yield Found("warehouse", "ok", f"opens, {folder.warehouse.stat().st_size:,} bytes")
    except BusyError:
        yield Found("warehouse", "warn", "another program has it open", "close that program")
    except (TapehouseError, duckdb.Error) as error:
        said = str(error).splitlines()[0]
        yield Found("warehouse", "bad", said, "`tapehouse rebuild`: it is made anew from landing")


def published(patient: Patient) -> Iterator[Found]:
    """It opens, nothing lies beside it, and how old it is in time that New York was open."""
    folder = folder_of(patient)
    if folder is None or not (folder.market.exists() or folder.market.is_symlink()):
        yield Found("published", "ok", "nothing is published yet")
        return
    if (log := Path(f"{folder.market}.wal")).exists():
        mend = "close the program that opened the copy for writing, then move that log away"
        yield Found("published", "bad", f"{log} lies beside it: nothing can be published", mend)
    try:
        with open_market(folder.market) as connection:
            ((newest,),) = connection.execute(NEWEST, {"now": clock.now()}).fetchall()
    except Exception as error:
        said = f"cannot be opened: {str(error).splitlines()[0]}"
        yield Found("published", "bad", said, "`tapehouse publish`, or `tapehouse rebuild` first")
        return
    said = folder.market.resolve().name
    if newest is None:
        yield Found("published", "ok", f"{said}, no bars of New York")
        return
    minutes = market_hours.open_time("XNYS", newest, clock.now()).total_seconds() / 60
    said += f", newest bar {newest:%Y-%m-%d %H:%M} UTC, {minutes:,.0f} minutes of open market ago"
    if minutes > patient.alerts.rules.stale.minutes + 390:
        mend = "`tapehouse run`, and see why it did not: `tapehouse status`, logs/errors.log"
        yield Found("published", "warn", said, mend)
    else:
        yield Found("published", "ok", said)


def budgets(patient: Patient) -> Iterator[Found]:
    """Only looked at: a ledger that is no good is set aside by the next call, not here."""
    found = patient.settings
    if found is None or not found.budgets_file.exists():
        yield Found("budgets", "ok", "no call was counted yet")
        return
    path = found.budgets_file
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)
        try:
            ((said,),) = connection.execute("pragma quick_check(1)").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        said = str(error)
    if said == "ok":
        yield Found("budgets", "ok", f"{path.name} is whole; `tapehouse budget` shows it")
        return
    mend = "the next call sets it aside and counts anew; wait an hour, for limits are not known"
    yield Found("budgets", "bad", f"{path} is damaged: {said}", mend)
