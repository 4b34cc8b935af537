"""The programs: Python, the libraries beside the lock, the calendar, and Prefect's server."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import metadata

import duckdb

from flows.doctor.findings import Found, Patient, folder_of
from flows.server.api import Api
from flows.server.place import Place
from publish import open_market
from warehouse import clock, database, market_hours
from warehouse.errors import TapehouseError
from warehouse.settings import PROJECT

PYTHON = ((3, 11), (3, 13))
TOLD = ("duckdb", "dbt-core", "dbt-duckdb", "dlt", "prefect")
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
# How far around today the calendars of library and copy are compared.
AHEAD = timedelta(days=30)
CALENDAR = """
select session_date, opens_at, closes_at from trading_sessions
where calendar = $calendar and session_date between $first and $last
"""
CONTRADICTED = "select key, detail from data_quality_log where rule = 'calendar_contradicted'"


def versions(patient: Patient) -> Iterator[Found]:
    here = sys.version_info[:2]
    said = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if PYTHON[0] <= here <= PYTHON[1]:
        yield Found("python", "ok", said)
    else:
        yield Found("python", "bad", f"{said}: 3.11 to 3.13 is needed", "make PYTHON=... setup")
    try:
        database.check_engine(metadata.version("duckdb"))
    except TapehouseError as error:
        yield Found("duckdb", "bad", error.message, error.next_step)
    yield from _against_the_lock()


def _against_the_lock() -> Iterator[Found]:
    """Packages that are there in another version than the lock names; others are no matter."""
    locked: dict[str, set[str]] = {}
    lock = PROJECT / "requirements.lock"
    for name, version in LOCKED.findall(lock.read_text(encoding="utf-8") if lock.exists() else ""):
        locked.setdefault(name.lower(), set()).add(version)
    other, missing = [], []
    for name, wanted in locked.items():
        try:
            held = metadata.version(name)
        except metadata.PackageNotFoundError:
            if name in TOLD:
                missing.append(name)
            continue
        if held not in wanted:
            other.append(f"{name} {held} instead of {' or '.join(sorted(wanted))}")
    if missing:
        yield Found("packages", "bad", f"not installed: {', '.join(missing)}", "make setup")
    if other:
        yield Found("packages", "warn", f"not as locked: {'; '.join(other)}", "make setup")
    elif not missing:
        told = ", ".join(f"{name} {metadata.version(name)}" for name in TOLD)
        yield Found("packages", "ok", f"as locked: {told}" if locked else f"no lock; {told}")


def calendar(patient: Patient) -> Iterator[Found]:
    """That the library still knows what comes, and whether the published copy says the same."""
    version = market_hours.library_version()
    now = clock.now()
    try:
        upcoming = {name: market_hours.upcoming(name, now) for name in market_hours.CALENDARS}
    except Exception as error:
        said = f"exchange_calendars {version} does not know what comes: {error}"
        yield Found("calendar", "bad", said, "install a newer exchange-calendars")
        return
    said = f"exchange_calendars {version} knows what comes on {len(upcoming)} calendars"
    opens_at = f"{upcoming['XNYS'].opens_at:%Y-%m-%d %H:%M} UTC"
    yield Found("calendar", "ok", f"{said}; New York opens next {opens_at}")
    folder = folder_of(patient)
    if folder is None or not folder.market.exists():
        return
    try:
        with open_market(folder.market).connection as market:
            yield from _disagreements(market, now.date(), version)
    except Exception as error:
        said = f"the published copy cannot be asked: {type(error).__name__}"
        yield Found("calendar of the copy", "not checked", said)


def _disagreements(market: duckdb.DuckDBPyConnection, today: date, version: str) -> Iterator[Found]:
    ask = market.execute
    held = [row[0] for row in ask("select distinct calendar from instruments").fetchall()]
    wrong = []
    for name in held:
        span = {"calendar": name, "first": today - AHEAD, "last": today + AHEAD}
        rows = {row[0]: row[1:] for row in ask(CALENDAR, span).fetchall()}
        known = {
            one.session_date: (one.opens_at, one.closes_at)
            for one in market_hours.sessions_of_years(name, span["first"].year, span["last"].year)
            if span["first"] <= one.session_date <= span["last"]
        }
        days = {*rows, *known}
        wrong += [f"{name} {day}" for day in sorted(days) if rows.get(day) != known.get(day)]
    if wrong:
        said = f"differs from exchange_calendars {version}: {', '.join(wrong[:5])}"
        yield Found("calendar of the copy", "warn", said, "`tapehouse run` lands the newer one")
    voted = ask(CONTRADICTED).fetchall()
    if voted:
        said = f"bars contradict it: {voted[0][0]}: {voted[0][1]}"
        mend = "`tapehouse quality`; a newer exchange-calendars may know of the day"
        yield Found("calendar of the copy", "warn", said, mend)
    if not wrong and not voted:
        yield Found("calendar of the copy", "ok", f"as the library's, {len(held)} calendars")


def prefect_server(patient: Patient) -> Iterator[Found]:
    """Only where `tapehouse up` runs one: a run needs none."""
    place = Place.of(patient.settings) if patient.settings and folder_of(patient) else None
    process = place.lock_pid() if place else None
    if place is None or process is None:
        yield Found("prefect", "ok", "not up; `tapehouse up` starts it, a run needs none")
    elif Api(place.api).healthy():
        yield Found("prefect", "ok", f"up at {place.address}, process {process}")
    else:
        said = f"process {process} is up, but {place.address} does not answer"
        mend = "wait a minute, then `tapehouse down` and `tapehouse up`; see prefect-server.log"
        yield Found("prefect", "bad", said, mend)
