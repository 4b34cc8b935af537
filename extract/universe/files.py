"""The files of the universe: the shipped seeds, and a person's own in the data folder."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from extract.providers import PROVIDERS
from extract.universe.instrument import (
    ANY_PROVIDER,
    COLUMNS,
    Instrument,
    PastSymbol,
    check_symbol,
)
from warehouse.errors import BadDataError, UsageError
from warehouse.folder import DataFolder, write_whole
from warehouse.market_hours import CALENDARS
from warehouse.settings import PROJECT

SEED = PROJECT / "dbt_project" / "seeds" / "universe.csv"
SEED_HISTORY = SEED.with_name("symbol_history.csv")
ASSET_CLASSES = ("stock", "etf", "index", "commodity", "bond", "crypto", "fx", "fund")
HISTORY_COLUMNS = [field.name for field in fields(PastSymbol)]
Row = TypeVar("Row")


def read(path: Path) -> list[Instrument]:
    """Read one universe file; an error names the line."""
    return _rows(path, COLUMNS, _instrument)


def read_history(path: Path) -> list[PastSymbol]:
    return _rows(path, HISTORY_COLUMNS, _past_symbol)


def personal(folder: DataFolder) -> list[Instrument]:
    return read(folder.personal_universe) if folder.personal_universe.exists() else []


def personal_history(folder: DataFolder) -> list[PastSymbol]:
    path = folder.personal_symbol_history
    return read_history(path) if path.exists() else []


def instruments(folder: DataFolder) -> list[Instrument]:
    """Everything that is followed; a personal row with a shipped number stands for that row."""
    past: dict[int, list[PastSymbol]] = defaultdict(list)
    for one in [*read_history(SEED_HISTORY), *personal_history(folder)]:
        past[one.instrument_id].append(one)
    shipped = {one.instrument_id: one for one in read(SEED)}
    own = {one.instrument_id: one for one in personal(folder)}
    every = [replace(one, past=tuple(past[one.instrument_id])) for one in (shipped | own).values()]
    # An instrument that a person added and that was shipped later is the shipped one.
    doubled = {
        one.symbol
        for one in every
        if one.instrument_id in shipped and one.delisted_on is None and not one.past
    }
    return [
        one
        for one in every
        if one.instrument_id in shipped
        or one.symbol not in doubled
        or one.delisted_on is not None
        or one.past
    ]


def write(path: Path, rows: Sequence[Instrument]) -> None:
    _write(path, COLUMNS, rows)


def write_history(path: Path, rows: Sequence[PastSymbol]) -> None:
    _write(path, HISTORY_COLUMNS, rows)


def _rows(path: Path, names: list[str], typed: Callable[[dict[str, str]], Row]) -> list[Row]:
    text = path.read_text(encoding="utf-8-sig")
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames != names:
        raise BadDataError(f"{path}, line 1: the columns must be {','.join(names)}")
    found = []
    for row in reader:
        try:
            found.append(typed(row))
        except (ValueError, TypeError, KeyError, UsageError) as error:
            raise BadDataError(f"{path}, line {reader.line_num}: {error}") from None
    return found


def _write(path: Path, names: list[str], rows: Iterable[object]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    for one in rows:
        writer.writerow(["" if (value := getattr(one, name)) is None else value for name in names])
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.getvalue())


def _instrument(row: dict[str, str]) -> Instrument:
    calendar, asset_class = row["calendar"], row["asset_class"]
    if calendar not in CALENDARS:
        raise ValueError(f"unknown calendar {calendar!r}")
    if asset_class not in ASSET_CLASSES:
        raise ValueError(f"unknown asset class {asset_class!r}")
    return Instrument(
        instrument_id=int(row["instrument_id"]),
        symbol=check_symbol(row["symbol"]),
        name=row["name"],
        asset_class=asset_class,
        calendar=calendar,
        currency=row["currency"],
        groups=row["groups"],
        listed_on=_date(row["listed_on"]),
        delisted_on=_date(row["delisted_on"]),
        yahoo_symbol=row["yahoo_symbol"] or None,
        binance_symbol=row["binance_symbol"] or None,
        massive_symbol=row["massive_symbol"] or None,
        fmp_symbol=row["fmp_symbol"] or None,
        alpha_vantage_symbol=row["alpha_vantage_symbol"] or None,
        known_at=datetime.fromisoformat(row["known_at"]),
    )


def _past_symbol(row: dict[str, str]) -> PastSymbol:
    if row["provider"] not in (ANY_PROVIDER, *PROVIDERS):
        raise ValueError(f"unknown provider {row['provider']!r}")
    valid_from, valid_to = _date(row["valid_from"]), date.fromisoformat(row["valid_to"])
    if valid_from and valid_from >= valid_to:
        raise ValueError(f"valid_from {valid_from} is not before valid_to {valid_to}")
    return PastSymbol(
        instrument_id=int(row["instrument_id"]),
        provider=row["provider"],
        symbol=check_symbol(row["symbol"]),
        valid_from=valid_from,
        valid_to=valid_to,
        known_at=datetime.fromisoformat(row["known_at"]),
    )


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
