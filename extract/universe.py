"""The universe: the shipped seed, and over it the instruments a person added."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path

from warehouse import clock
from warehouse.errors import BadDataError, UsageError
from warehouse.folder import DataFolder, write_whole
from warehouse.market_hours import CALENDARS
from warehouse.settings import PROJECT

SEED = PROJECT / "dbt_project" / "seeds" / "universe.csv"
FIRST_PERSONAL_ID = 1_000_001
SYMBOL = re.compile(r"[A-Za-z0-9^][A-Za-z0-9.^=/~_-]{0,31}")
ASSET_CLASSES = ("stock", "etf", "index", "commodity", "bond", "crypto", "fx", "fund")


@dataclass(frozen=True)
class Instrument:
    """One row of the universe, columns as in `seeds/universe.csv`."""

    instrument_id: int
    symbol: str
    name: str
    asset_class: str
    calendar: str
    currency: str
    groups: str
    listed_on: date | None
    delisted_on: date | None
    yahoo_symbol: str | None
    binance_symbol: str | None
    massive_symbol: str | None
    fmp_symbol: str | None
    alpha_vantage_symbol: str | None
    known_at: datetime

    def symbol_at(self, provider: str) -> str | None:
        if provider == "file_drop":
            return self.symbol
        found: str | None = getattr(self, f"{provider}_symbol", None)
        return found

    def in_group(self, group: str) -> bool:
        return group in ("all", self.asset_class, self.symbol) or group in self.groups.split("|")


COLUMNS = [field.name for field in fields(Instrument)]


def check_symbol(symbol: str) -> str:
    if not SYMBOL.fullmatch(symbol) or ".." in symbol:
        raise UsageError(
            f"not a symbol: {symbol!r}", "use letters, digits and . ^ = / - _ (at most 32)"
        )
    return symbol


def read(path: Path) -> list[Instrument]:
    """Read one universe file; an error names the line."""
    text = path.read_text(encoding="utf-8-sig")
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames != COLUMNS:
        raise BadDataError(f"{path}, line 1: the columns must be {','.join(COLUMNS)}")
    found = []
    for row in reader:
        try:
            found.append(_instrument(row))
        except (ValueError, TypeError, KeyError, UsageError) as error:
            raise BadDataError(f"{path}, line {reader.line_num}: {error}") from None
    return found


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
        listed_on=date.fromisoformat(row["listed_on"]) if row["listed_on"] else None,
        delisted_on=date.fromisoformat(row["delisted_on"]) if row["delisted_on"] else None,
        yahoo_symbol=row["yahoo_symbol"] or None,
        binance_symbol=row["binance_symbol"] or None,
        massive_symbol=row["massive_symbol"] or None,
        fmp_symbol=row["fmp_symbol"] or None,
        alpha_vantage_symbol=row["alpha_vantage_symbol"] or None,
        known_at=datetime.fromisoformat(row["known_at"]),
    )


def personal(folder: DataFolder) -> list[Instrument]:
    return read(folder.personal_universe) if folder.personal_universe.exists() else []


def instruments(folder: DataFolder) -> list[Instrument]:
    """Everything known; the seed's row wins where both name an id."""
    seed = read(SEED)
    ids, symbols = {one.instrument_id for one in seed}, {one.symbol for one in seed}
    own = [
        one
        for one in personal(folder)
        if one.instrument_id not in ids and one.symbol not in symbols
    ]
    return seed + own


def guessed(symbol: str, instrument_id: int, yahoo: bool = True) -> Instrument:
    """What a symbol most likely is; the person may correct the file."""
    crypto = re.fullmatch(r"[A-Z0-9]{2,10}(USDT|USDC|BTC|EUR)", symbol)
    asset_class, calendar = ("crypto", "24/7") if crypto else ("stock", "XNYS")
    if symbol.startswith("^"):
        asset_class = "index"
    return Instrument(
        instrument_id=instrument_id,
        symbol=symbol,
        name=symbol,
        asset_class=asset_class,
        calendar=calendar,
        currency=crypto[1] if crypto else "USD",
        groups="personal",
        listed_on=None,
        delisted_on=None,
        yahoo_symbol=symbol if yahoo and not crypto else None,
        binance_symbol=symbol if yahoo and crypto else None,
        massive_symbol=None,
        fmp_symbol=None,
        alpha_vantage_symbol=None,
        known_at=clock.now(),
    )


def add(folder: DataFolder, symbols: Iterable[str], asked: bool = True) -> list[Instrument]:
    """Put unknown symbols into the personal universe; `asked=False` asks no provider for them."""
    own = personal(folder)
    known = {one.symbol for one in [*read(SEED), *own]}
    next_id = max([FIRST_PERSONAL_ID - 1, *(one.instrument_id for one in own)]) + 1
    added: list[Instrument] = []
    for symbol in dict.fromkeys(check_symbol(one) for one in symbols):
        if symbol not in known:
            added.append(guessed(symbol, next_id + len(added), yahoo=asked))
    if added:
        write(folder.personal_universe, own + added)
    return added


def write(path: Path, rows: Iterable[Instrument]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in rows:
        writer.writerow(
            ["" if (value := getattr(one, name)) is None else value for name in COLUMNS]
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.getvalue())
