"""What no provider gives but must be as-of all the same: sessions, own instruments, rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from extract import universe
from extract.landing import Landing
from extract.ledger import sources
from extract.providers import module
from extract.schemas import arrow_schema
from extract.universe import Instrument
from extract.work import WorkItem
from warehouse import clock, market_hours, rules
from warehouse.folder import DataFolder
from warehouse.settings import Settings

FIRST_YEAR = 2000


def land_sessions(landing: Landing, run_id: int, items: Sequence[WorkItem] = ()) -> int:
    """Land all sessions as one snapshot when the library, the last or the first year is new."""
    library, last_year = market_hours.library_version(), clock.now().year + 1
    first_year = min([FIRST_YEAR, *(item.start.year for item in items if item.start)])
    held = landing.last_of("calendar_sessions")
    if held and landing.damage(held) is None:
        rows = landing.read(held)
        years = pc.min_max(pc.year(rows["session_date"]))
        first_year = min(first_year, years["min"].as_py())
        known = rows["library_version"][0].as_py() == library and years["max"].as_py() >= last_year
        if known and years["min"].as_py() == first_year:
            return 0
    schema = arrow_schema("calendar_sessions", landed=False)
    found = [
        {**vars(session), "library_version": library}
        for calendar in market_hours.CALENDARS
        for session in market_hours.sessions_of_years(calendar, first_year, last_year)
    ]
    table = pa.Table.from_pylist(found, schema=schema)
    landing.accept(run_id, [("calendar_sessions", table)])
    return len(found)


def join_dropped(folder: DataFolder, items: Sequence[WorkItem]) -> list[Instrument]:
    """Symbols of dropped files that nobody knows become instruments of one's own."""
    found: list[str] = []
    for item in items:
        if item.endpoint == "file":
            found += module(item.provider).symbols_in(folder.inbox / item.symbol)
    return universe.add(folder, found, asked=False) if found else []


def land_personal_universe(landing: Landing, run_id: int) -> int:
    """Land one's own instruments and past symbols as snapshots whenever they differ from those.

    An instrument that left the file stays in the snapshots, no longer followed: its number and
    its bars are its own for ever.
    """
    own = universe.personal(landing.folder)
    ids = {one.instrument_id for one in own}
    left = [
        one
        for one in universe.landed_instruments(landing)
        if one.instrument_id not in ids and one.instrument_id >= universe.FIRST_PERSONAL_ID
    ]
    followed = [_landed_row(one, True) for one in own] + [_landed_row(one, False) for one in left]
    past = [dict(vars(one)) for one in universe.personal_history(landing.folder)]
    return _land_changed(
        landing, run_id, {"personal_universe": followed, "personal_symbol_history": past}
    )


def land_rules(landing: Landing, run_id: int) -> int:
    """Land the rules in force as one snapshot whenever they differ from those landed."""
    found = [vars(rule) for rule in rules.in_force()]
    return _land_changed(landing, run_id, {"rules_in_force": found})


def land_sources(settings: Settings, landing: Landing, run_id: int) -> int:
    """Land who is asked for what as one snapshot whenever settings, keys or symbols changed it."""
    found = sources.in_force(settings, clock.now().date())
    return _land_changed(landing, run_id, {"sources_in_force": found})


@dataclass(frozen=True)
class ChangedRule:
    """A rule that is other than when it was last landed; None where it is new or gone."""

    kind: str
    name: str
    old: str | None
    new: str | None


def changed_rules(landing: Landing) -> list[ChangedRule]:
    """What the next build will find changed; none before rules were ever landed."""
    held = landing.last_of("rules_in_force")
    if held is None:
        return []
    old = {(row["kind"], row["name"]): row["value"] for row in landing.read(held).to_pylist()}
    new = {(rule.kind, rule.name): rule.value for rule in rules.in_force()}
    return [
        ChangedRule(kind, name, old.get((kind, name)), new.get((kind, name)))
        for kind, name in sorted(old.keys() | new.keys())
        if old.get((kind, name)) != new.get((kind, name))
    ]


def _landed_row(one: Instrument, is_followed: bool) -> dict[str, Any]:
    return {name: getattr(one, name) for name in universe.COLUMNS} | {"is_followed": is_followed}


def _land_changed(
    landing: Landing, run_id: int, snapshots: Mapping[str, Sequence[Mapping[str, Any]]]
) -> int:
    """Land as one group the snapshots that differ from those landed last."""
    changed = [
        (name, table)
        for name, rows in snapshots.items()
        if not _is_landed(
            landing,
            name,
            table := pa.Table.from_pylist(list(rows), schema=arrow_schema(name, landed=False)),
        )
    ]
    landing.accept(run_id, changed)
    return sum(table.num_rows for _, table in changed)


def _is_landed(landing: Landing, name: str, table: pa.Table) -> bool:
    held = landing.last_of(name)
    if held is None or landing.damage(held) is not None:
        return False
    rows = landing.read(held)
    # A snapshot of an older release lacks the newer columns.
    return set(table.column_names) <= set(rows.column_names) and bool(
        rows.select(table.column_names).equals(table)
    )
