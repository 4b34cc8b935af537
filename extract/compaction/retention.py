"""Which landed rows are older than they are kept, and dropping them so that it is on record.

Bars, actions, symbols and all that rules and calendars rest on stay for ever. A request stays as
long as what it asked for, so that every answer that is held can still be explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from extract.compaction import moving
from extract.compaction.joining import day_of
from extract.journal import LOOK_BACK
from extract.landing import Landing
from extract.manifest import ManifestLine
from warehouse import clock, runs
from warehouse.errors import ConfigurationError
from warehouse.settings import Settings

# Table -> the provider and the endpoint whose requests bring it.
QUOTES = {
    "yahoo_quotes": ("yahoo", "quotes"),
    "binance_tickers": ("binance", "tickers"),
    "binance_book_tickers": ("binance", "book_tickers"),
    "fmp_quotes": ("fmp", "quotes"),
    "alpha_vantage_quotes": ("alpha_vantage", "quotes"),
    "massive_market_status": ("massive", "market_status"),
}
TRADES = {
    "binance_trades": ("binance", "trades"),
    "binance_agg_trades": ("binance", "agg_trades"),
    "massive_trades": ("massive", "trades"),
    "massive_quotes": ("massive", "quotes"),
}
ASKED_BY = QUOTES | TRADES


@dataclass(frozen=True)
class Going:
    """Rows of one table and day that go."""

    table_name: str
    before: date
    files: tuple[ManifestLine, ...]
    rows: int
    byte_count: int
    # What stays of these files; None is nothing.
    kept: pa.Table | None
    why: str


def days_kept(settings: Settings) -> dict[str, int]:
    """Table -> days, for those that are not kept for ever."""
    section = settings.retention
    found = {
        **dict.fromkeys(QUOTES, section.quotes),
        **dict.fromkeys(TRADES, section.trades),
        "steps": section.steps,
    }
    for name in section.tables:
        if name not in found:
            raise ConfigurationError(
                f"retention.tables.{name}: there is no such table, or it is kept for ever",
                f"there are {', '.join(sorted(found))}",
            )
    kept = {name: days for name, days in (found | section.tables).items() if days}
    asked_again = settings.providers.binance.trades_days
    if asked_again and "binance_agg_trades" in kept:
        # Days that are still asked for would be fetched and dropped for ever.
        kept["binance_agg_trades"] = max(kept["binance_agg_trades"], asked_again + 1)
    return kept


def due(landing: Landing, days: Mapping[str, int], loaded: set[int]) -> Iterator[Going]:
    """What goes today: whole files of a table, then the rows elsewhere that belong to them."""
    if not days:
        return
    today = clock.now().date()
    until = {name: today - timedelta(days=kept) for name, kept in days.items()}
    old = [
        line
        for line in landing.manifest.lines()
        if line.file_seq in loaded
        and day_of(line) < max(until.values()).isoformat()
        and line.table_name in {*until, "requests", "rejected_rows"}
        and landing.held_rows(line)
    ]
    old.sort(key=lambda line: (line.table_name, day_of(line), line.file_seq))
    for (name, day), group in groupby(old, key=lambda line: (line.table_name, day_of(line))):
        files = tuple(group)
        if name in ASKED_BY and day < until[name].isoformat():
            rows = sum(landing.held_rows(line) for line in files)
            why = f"{name} is kept {days[name]} days"
            yield Going(name, until[name], files, rows, _bytes(landing, files), None, why)
        elif name not in ASKED_BY:
            yield from _some_rows(landing, name, day, files, until)


def _some_rows(
    landing: Landing,
    name: str,
    day: str,
    files: tuple[ManifestLine, ...],
    until: Mapping[str, date],
) -> Iterator[Going]:
    """Rows that go out of files in which others stay."""
    expired = [one for one, before in until.items() if day < before.isoformat()]
    if not expired or (name == "steps" and "steps" not in expired):
        return
    table = pa.concat_tables([landing.read(line) for line in files], promote_options="default")
    goes = _goes(landing, name, table, expired)
    count = pc.sum(goes).as_py() or 0
    if not count:
        return
    kept = table.filter(pc.invert(goes)) if count < table.num_rows else None
    why = "requests and rejected rows are kept as long as what was asked for"
    before = max(until[one] for one in expired)
    if name == "steps":
        why, before = "steps are kept as long as the setting says", until["steps"]
    share = count / table.num_rows
    yield Going(name, before, files, count, int(_bytes(landing, files) * share), kept, why)


def _goes(landing: Landing, name: str, table: pa.Table, expired: list[str]) -> pa.Array:
    if name == "steps":
        # Newer ones would be landed again from their journals.
        last = max(runs.run_ids(landing.folder), default=0) - LOOK_BACK
        return pc.less(table["run_id"], last)
    if name == "rejected_rows":
        return pc.fill_null(pc.is_in(table["table_name"], pa.array(expired, pa.string())), False)
    asked = pa.array(["/".join(ASKED_BY[one]) for one in expired if one in ASKED_BY], pa.string())
    pairs = pc.binary_join_element_wise(table["provider"], table["endpoint"], "/")
    return pc.fill_null(pc.is_in(pairs, asked), False)


def drop(landing: Landing, run_id: int, going: Going, wait_seconds: float = 0) -> None:
    """Put on record what is gone and why; the raw tables follow with the next load."""
    held = {line.file_seq: 0 for line in going.files}
    if going.kept is not None:
        for seq in going.kept["file_seq"].to_pylist():
            held[seq] += 1
    reason = (
        f"retention: {going.why}; dropped by run {run_id} on {clock.now():%Y-%m-%d} "
        f"what was accepted before {going.before}"
    )
    try:
        moving.move(
            landing, moving.Target("dropped", run_id, reason), going.files, list(held.items()),
            going.kept, wait_seconds,
        )  # fmt: skip
    except (OSError, duckdb.IOException) as error:
        raise landing.explained(error) from error


def retain(
    landing: Landing,
    run_id: int,
    days: Mapping[str, int],
    dry_run: bool = False,
    wait_seconds: float = 0,
    on_rows: Callable[[int], None] | None = None,
) -> list[Going]:
    """Drop what is older than it is kept; the caller holds the tidier's lock unless it looks."""
    done: list[Going] = []
    for going in due(landing, days, moving.loaded(landing.folder, wait_seconds)):
        runs.give_way()
        if not dry_run:
            drop(landing, run_id, going, wait_seconds)
        done.append(going)
        if on_rows:
            on_rows(going.rows)
    return done


def _bytes(landing: Landing, files: tuple[ManifestLine, ...]) -> int:
    """On disk, whether in files of their own or in compacted ones."""
    found: dict[str, int] = {}
    for line in files:
        move = landing.moved.of(line.file_seq)
        if move is None:
            found[line.path] = line.byte_count
        elif move.path:
            found[move.path] = move.byte_count
    return sum(found.values())
